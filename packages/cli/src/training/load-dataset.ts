import { createDataset, type Dataset, imageSample, relativeBox, type Sample } from '@assay/detector';
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

async function decode(image: CocoImage, bytes: Buffer, names: readonly string[], size: number) {
  const { fileName, boxes } = image;
  const shares = boxes.map((box) => relativeBox(box, image, names.indexOf(box.className)));
  try {
    return await imageSample(fileName, bytes, shares, size);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`An image can't be used: ${reason}`, 'Repair it, or remove it from the annotations.', { cause });
  }
}
