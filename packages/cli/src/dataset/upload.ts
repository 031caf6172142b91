import { eachAtOnce } from '@assay/at-once';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { CliError } from '../cli-error.ts';

/** A photograph to be put into the image bucket. */
export interface Photograph {
  fileName: string;
  station: string;
  part: string;
  bytes: Uint8Array;
  /** The part is called like the file: nobody has said what the photograph is of. */
  partIsFileName?: boolean;
}

/** Where intake finds station and part: `incoming/<station>/<part>/<file>`. */
export function uploadKey({ station, part, fileName }: Photograph): string {
  return `incoming/${station}/${part}/${fileName}`;
}

const AT_ONCE = 8;
/** Bytes of UTF-8 that an object key may have ("Naming Amazon S3 objects"). */
const LONGEST_KEY = 1024;

/**
 * Uploads photographs, a few at a time. @returns their keys, in order.
 *
 * @throws CliError naming the photograph whose key would be too long, or another's: it would replace that one
 */
export async function uploadPhotographs(
  s3: S3Client,
  bucket: string,
  photographs: Iterable<Photograph> | AsyncIterable<Photograph>,
  uploaded: (count: number) => void = () => undefined,
): Promise<string[]> {
  const keys = new Set<string>();
  let done = 0;
  return eachAtOnce(photographs, AT_ONCE, async (photograph) => {
    const key = uploadKey(photograph);
    checkKey(key, keys);
    keys.add(key);
    await put(s3, bucket, key, photograph);
    uploaded(++done);
    return key;
  });
}

function checkKey(key: string, taken: ReadonlySet<string>): void {
  const remedy = 'Rename the file or its folder.';
  if (taken.has(key)) throw new CliError(`Two photographs would be uploaded as ${JSON.stringify(key)}.`, remedy);
  const length = Buffer.byteLength(key);
  if (length <= LONGEST_KEY) return;
  throw new CliError(`The key ${JSON.stringify(key)} has ${length} bytes, S3 takes ${LONGEST_KEY}.`, remedy);
}

async function put(s3: S3Client, bucket: string, key: string, { station, part, bytes, partIsFileName }: Photograph) {
  const Metadata = {
    station: encodeURIComponent(station),
    part: encodeURIComponent(part),
    origin: 'upload',
    ...(partIsFileName && { 'part-from': 'file-name' }),
  };
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, Metadata }));
}
