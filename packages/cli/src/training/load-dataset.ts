import { createDataset, type Dataset, imageSample, type Sample } from '@assay/detector';
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

async function decode(
  { fileName, width, height, boxes }: CocoImage,
  bytes: Buffer,
  names: readonly string[],
  size: number,
) {
  const shares = boxes.map((box) => ({
    classId: names.indexOf(box.className),
    centreX: (box.left + box.width / 2) / width,
    centreY: (box.top + box.height / 2) / height,
    width: box.width / width,
    height: box.height / height,
  }));
  try {
    return await imageSample(fileName, bytes, shares, size);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`An image can't be used: ${reason}`, 'Repair it, or remove it from the annotations.', { cause });
  }
}
