import { type ImageRef, instantSchema } from '@assay/events';
import { MAX_FILE_BYTES } from './limits.ts';
import { Rejection } from './rejection.ts';

/** An object that S3 reported as created. */
export interface Upload {
  readonly bucket: string;
  readonly key: string;
  /** As S3 reported it, in bytes. */
  readonly size: number;
  /** When S3 reported it. */
  readonly time: string;
}

/** Where an image comes from. */
export interface Provenance extends Pick<ImageRef, 'station' | 'part' | 'origin'> {
  /** The part is called like the file, for want of a name. */
  readonly partIsFileName: boolean;
  /** When the image was taken, where the uploader tells. */
  readonly told: string | undefined;
}

/** Throws {@link Rejection} for a file that is not to be read. */
export function checkFileSize(bytes: number): void {
  if (bytes === 0) throw new Rejection('empty', 'the file is empty; upload it again');
  if (bytes > MAX_FILE_BYTES) {
    throw new Rejection('too-large', `the file has ${bytes} bytes, the limit is ${MAX_FILE_BYTES}`);
  }
}

const NAME = /^[^\p{Cc}/]{1,128}$/u;

/**
 * Reads where an image comes from out of its key (`incoming/<station>/<part>/<file>` or
 * `edge/<thing>/<station>/<part>/<file>`) and the object's metadata, which goes before the key. Throws
 * {@link Rejection} `key-without-station-and-part`.
 */
export function provenanceOf(upload: Upload, metadata: Readonly<Record<string, string>>): Provenance {
  const [area, ...rest] = upload.key.split('/');
  const folders = area === 'edge' ? rest.slice(1, -1) : rest.slice(0, -1);
  const station = decoded(metadata.station) ?? folders[0] ?? '';
  const part = decoded(metadata.part) ?? folders[1] ?? '';
  if (!NAME.test(station) || !NAME.test(part)) {
    throw new Rejection(
      'key-without-station-and-part',
      `"${upload.key}" does not tell the station and the part; upload to incoming/<station>/<part>/<file> ` +
        'or set the object metadata "station" and "part"',
    );
  }
  const origin = metadata.origin ?? (area === 'edge' ? 'edge' : 'upload');
  return {
    station,
    part,
    origin: origin === 'edge' ? 'edge' : 'upload',
    partIsFileName: metadata['part-from'] === 'file-name',
    told: capturedAt(metadata),
  };
}

/** An object's metadata is ASCII: names in it are percent-encoded. A stray % is taken as it is. */
function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The camera's time when it is a time that events can carry (JavaScript knows years of six digits); cameras without a clock
 * are common, and no reason to lose an image.
 */
function capturedAt(metadata: Readonly<Record<string, string>>): string | undefined {
  const told = new Date(metadata['captured-at'] ?? Number.NaN);
  return Number.isNaN(told.getTime()) ? undefined : instantSchema.safeParse(told.toISOString()).data;
}
