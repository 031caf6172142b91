import { createHash } from 'node:crypto';
import { createDataset, type Dataset, decodeImage, labelledSample, relativeBox, type Sample } from '@assay/detector';
import { CliError } from '../cli-error.ts';
import { readAnnotatedImage } from '../dataset/annotated-image.ts';
import type { CocoImage } from '../dataset/coco.ts';

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

/**
 * A picture on both sides, whatever it is called, would make the figures lie.
 *
 * @throws CliError naming the two
 */
export async function refuseSharedImages(train: AnnotatedImages, validation: AnnotatedImages): Promise<void> {
  const trained = new Map<string, string>();
  for (const { fileName } of train.images) trained.set(await digestOf(train, fileName), fileName);
  for (const { fileName } of validation.images) {
    const twin = trained.get(await digestOf(validation, fileName));
    if (twin === undefined) continue;
    throw new CliError(
      `${JSON.stringify(twin)} of ${train.file} is to be trained on, and ${JSON.stringify(fileName)} of ${validation.file}, the same file, to validate with.`,
      'An image is either for training or for validation: remove it from one of them.',
    );
  }
}

async function digestOf({ folder, file }: AnnotatedImages, fileName: string): Promise<string> {
  const bytes = await readAnnotatedImage(folder, file, fileName);
  return createHash('sha256').update(bytes).digest('hex');
}

async function decode(image: CocoImage, bytes: Buffer, names: readonly string[], size: number): Promise<Sample> {
  const { fileName, boxes } = image;
  const shares = boxes.map((box) => relativeBox(box, image, names.indexOf(box.className)));
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
  return labelledSample(decoded, shares);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Whether one is the other one scaled, to a pixel. */
function sameShape(annotated: Size, actual: Size): boolean {
  const scaled = (annotated.width * actual.height) / annotated.height;
  return Math.abs(scaled - actual.width) <= Math.max(1, actual.height / annotated.height);
}
