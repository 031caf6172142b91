import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eachAtOnce } from '@assay/at-once';
import type { DatasetFile } from './channels.ts';
import { toImageFile } from './image-file.ts';

const DOWNLOADS_AT_A_TIME = 8;
const PROGRESS_EVERY = 100;

/** An object, and what its owner says of it. */
export interface FetchedObject {
  readonly bytes: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}

export type FetchObject = (uri: string) => Promise<FetchedObject>;

/** A labelled image on disk, while it is in memory as well. */
export interface FetchedImage extends DatasetFile {
  /** Of the bytes as they are in S3. */
  readonly sha256: string;
  readonly metadata: FetchedObject['metadata'];
  readonly bytes: Uint8Array;
}

/** Which image is wanted: its id is the digest of what was uploaded. */
export interface WantedImage {
  readonly imageId: string;
  readonly uri: string;
  /** The digest that its bytes had before; where none is known, the object says it. */
  readonly sha256?: string;
}

export interface FetchOptions {
  /** Where the files go. */
  readonly folder: string;
  readonly fetchObject: FetchObject;
  readonly log: (line: string) => void;
}

/**
 * Fetches labelled images, each once, to disk.
 *
 * @param look what is made of an image while it is in memory
 * @throws Error naming the image that can't be had, or isn't the one that was labelled
 */
export async function fetchImages<Image extends WantedImage, Result>(
  images: readonly Image[],
  { folder, fetchObject, log }: FetchOptions,
  look: (image: Image, fetched: FetchedImage) => Result | Promise<Result>,
): Promise<Result[]> {
  await mkdir(folder, { recursive: true });
  let done = 0;
  return eachAtOnce(images, DOWNLOADS_AT_A_TIME, async (image) => {
    const { imageId, uri } = image;
    const { metadata, bytes: fetched } = await fetchObject(uri);
    // Intake keeps an image that it had to make of the upload beside its own digest.
    const sha256 = image.sha256 ?? metadata.sha256 ?? imageId;
    const { extension, bytes } = await toImageFile(sha256, uri, fetched);
    const path = join(folder, `${imageId}.${extension}`);
    await writeFile(path, bytes);
    const result = await look(image, { path, extension, sha256, metadata, bytes });
    done++;
    if (done % PROGRESS_EVERY === 0) log(`fetched ${done} of ${images.length} images`);
    return result;
  });
}
