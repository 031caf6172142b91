import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eachAtOnce } from '@assay/at-once';
import type { DatasetFile } from './channels.ts';
import { toImageFile } from './image-file.ts';

const DOWNLOADS_AT_A_TIME = 8;
const PROGRESS_EVERY = 100;

export interface FetchOptions {
  /** Where the files go. */
  readonly folder: string;
  readonly fetchObject: (uri: string) => Promise<Uint8Array>;
  readonly log: (line: string) => void;
}

/**
 * Fetches labelled images, each once, to disk.
 *
 * @param look what is made of an image while it is in memory
 * @throws Error naming the image that can't be had, or isn't the one that was labelled
 */
export async function fetchImages<Image extends { readonly imageId: string; readonly uri: string }, Result>(
  images: readonly Image[],
  { folder, fetchObject, log }: FetchOptions,
  look: (image: Image, file: DatasetFile, bytes: Uint8Array) => Result | Promise<Result>,
): Promise<Result[]> {
  await mkdir(folder, { recursive: true });
  let done = 0;
  return eachAtOnce(images, DOWNLOADS_AT_A_TIME, async (image) => {
    const { imageId, uri } = image;
    const { extension, bytes } = await toImageFile(imageId, uri, await fetchObject(uri));
    const path = join(folder, `${imageId}.${extension}`);
    await writeFile(path, bytes);
    const result = await look(image, { path, extension }, bytes);
    done++;
    if (done % PROGRESS_EVERY === 0) log(`fetched ${done} of ${images.length} images`);
    return result;
  });
}
