import { createHash } from 'node:crypto';
import {
  createDataset,
  type Dataset,
  DatasetReader,
  decodeImage,
  labelledSample,
  relativeBox,
  type Sample,
} from '@assay/detector';
import type { Size } from '@assay/vision';
import { CliError } from '../cli-error.ts';
import { readAnnotatedImage } from '../dataset/annotated-image.ts';
import type { CocoImage, TruthBox } from '../dataset/coco.ts';

export interface AnnotatedImages {
  readonly images: readonly CocoImage[];
  /** That the file names are relative to. */
  readonly folder: string;
  /** The annotations, for messages. */
  readonly file: string;
}

/** Decodes annotated images into a square of `imageSize` pixels. @throws CliError naming the image that can't be used */
export async function loadDataset(
  { images, folder, file }: AnnotatedImages,
  { names, imageSize }: { readonly names: readonly string[]; readonly imageSize: number },
): Promise<Dataset> {
  const samples: Sample[] = [];
  for (const image of images) {
    const bytes = await readAnnotatedImage(folder, file, image.fileName);
    samples.push(await decode(image, bytes, names, imageSize));
  }
  return createDataset(names, imageSize, samples);
}

/** A side of a training as it was loaded, beside the annotations that it is of, in the same order. */
interface LoadedSide extends AnnotatedImages {
  readonly dataset: Dataset;
}

/**
 * A picture on both sides, whatever its file is called, would make the figures lie.
 *
 * @throws CliError naming the two files
 */
export function refuseSharedImages(train: LoadedSide, validation: LoadedSide): void {
  const trained = new Map(digests(train).map((digest, index) => [digest, train.images[index]?.fileName]));
  for (const [index, digest] of digests(validation).entries()) {
    const twin = trained.get(digest);
    if (twin === undefined) continue;
    throw new CliError(
      `${JSON.stringify(twin)} of ${train.file} is to be trained on, and ${JSON.stringify(validation.images[index]?.fileName)} of ${validation.file}, the same picture, to validate with.`,
      'An image is either for training or for validation: remove it from one of them.',
    );
  }
}

function digests({ dataset }: LoadedSide): string[] {
  const reader = new DatasetReader(dataset);
  return Array.from({ length: reader.count }, (_, index) =>
    createHash('sha256').update(reader.pixels(index)).digest('hex'),
  );
}

async function decode(image: CocoImage, bytes: Buffer, names: readonly string[], size: number): Promise<Sample> {
  const { fileName, boxes, crowds } = image;
  const share = (box: TruthBox) => relativeBox(box, image, names.indexOf(box.className));
  const decoded = await decodeImage(fileName, bytes, size).catch((cause: Error) => {
    throw new CliError(`An image can't be used: ${cause.message}`, 'Repair it, or remove it from the annotations.', {
      cause,
    });
  });
  const { imageWidth, imageHeight } = decoded.placement;
  if (!sameShape(image, { width: imageWidth, height: imageHeight })) {
    throw new CliError(
      `${fileName} was annotated at ${image.width}x${image.height} pixels, but is ${imageWidth}x${imageHeight}.`,
      'Annotate it upright (as its EXIF orientation turns it), and whole.',
    );
  }
  return labelledSample(decoded, boxes.map(share), crowds.map(share));
}

/** Whether one is the other one scaled, to a pixel. */
function sameShape(annotated: Size, actual: Size): boolean {
  const scaled = (annotated.width * actual.height) / annotated.height;
  return Math.abs(scaled - actual.width) <= Math.max(1, actual.height / annotated.height);
}
