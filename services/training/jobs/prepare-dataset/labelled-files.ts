import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eachAtOnce } from '@assay/at-once';
import { comparedImage, type DatasetFile, toImageFile } from '@assay/dataset';
import type { ComparedImage } from '@assay/vision';

const DOWNLOADS_AT_A_TIME = 8;
const PROGRESS_EVERY = 100;

/** A labelled image on this machine's disk. */
export interface LabelledFile extends DatasetFile {
  readonly imageId: string;
  readonly compared: ComparedImage;
}

export interface FetchOptions {
  /** Where the files go. */
  readonly folder: string;
  readonly fetchObject: (uri: string) => Promise<Uint8Array>;
  readonly log: (line: string) => void;
}

/**
 * Fetches the images, each once, and looks at them while they are in memory: archives are written from the files when it is
 * known which images share pixels.
 *
 * @throws Error naming the image that can't be had, isn't the one that was labelled, or can't be decoded
 */
export async function fetchLabelled(
  images: readonly { readonly imageId: string; readonly uri: string }[],
  { folder, fetchObject, log }: FetchOptions,
): Promise<LabelledFile[]> {
  await mkdir(folder, { recursive: true });
  let done = 0;
  return eachAtOnce(images, DOWNLOADS_AT_A_TIME, async ({ imageId, uri }) => {
    const { extension, bytes } = await toImageFile(imageId, uri, await fetchObject(uri));
    const path = join(folder, `${imageId}.${extension}`);
    await writeFile(path, bytes);
    const compared = await comparedImage(uri, bytes);
    done++;
    if (done % PROGRESS_EVERY === 0) log(`fetched ${done} of ${images.length} images`);
    return { imageId, extension, path, compared };
  });
}
