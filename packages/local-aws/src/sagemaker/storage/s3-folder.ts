import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { eachAtOnce } from '../../kernel/at-once.ts';
import type { Caller } from '../../kernel/caller.ts';
import { AwsError, messageOf } from '../../kernel/errors.ts';
import { isPathProblem } from '../../kernel/files.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { parseS3Uri } from './s3-uri.ts';

/** S3 as a job's role sees it. */
export interface S3Access {
  kernel: Kernel;
  caller: Caller;
}

export interface S3Object {
  bucket: string;
  key: string;
}

/** Bucket and key of a URI; SageMaker's error when it is none. */
export function requireS3Uri(uri: string | undefined): S3Object {
  const parsed = parseS3Uri(uri ?? '');
  if (!parsed) throw new AwsError('ValidationException', `${uri} is not a valid S3 URI: it must match s3://bucket/key`);
  return parsed;
}

/** All objects whose key begins with that of `uri`. */
export async function listObjects({ kernel, caller }: S3Access, uri: string): Promise<S3Object[]> {
  const { bucket, key } = requireS3Uri(uri);
  const found: S3Object[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await kernel.call(
      's3',
      'ListObjectsV2',
      { Bucket: bucket, Prefix: key, ...(ContinuationToken !== undefined && { ContinuationToken }) },
      caller,
    );
    for (const { Key = '' } of page.Contents ?? []) if (!Key.endsWith('/')) found.push({ bucket, key: Key });
    ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (ContinuationToken !== undefined);
  return found;
}

/** An object as text. */
export async function readText({ kernel, caller }: S3Access, uri: string): Promise<string> {
  const { bucket, key } = requireS3Uri(uri);
  const { Body } = await kernel.call('s3', 'GetObject', { Bucket: bucket, Key: key }, caller);
  return (await Body?.transformToString()) ?? '';
}

const DOWNLOADS_AT_ONCE = 8;

/** Writes objects to files below `folder`; `name` gives the path of each there. */
export async function download(
  { kernel, caller }: S3Access,
  objects: S3Object[],
  folder: string,
  name: (key: string) => string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await eachAtOnce(objects, DOWNLOADS_AT_ONCE, async ({ bucket: Bucket, key: Key }) => {
    const path = join(folder, name(Key));
    if (!path.startsWith(folder + sep))
      throw new AwsError('ValidationException', `The key ${Key} leads outside of the folder that it is written to`);
    const { Body } = await kernel.call('s3', 'GetObject', { Bucket, Key }, caller);
    if (!(Body instanceof Readable)) throw new Error(`S3 gave no body for s3://${Bucket}/${Key}`);
    await write(Body, path).catch((cause: unknown) => {
      if (!isPathProblem(cause)) throw cause;
      const message = `The key ${JSON.stringify(Key)} cannot be a file: ${messageOf(cause)}`;
      throw new AwsError('ValidationException', message, { cause });
    });
  });
}

async function write(body: Readable, path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(body, createWriteStream(path));
  } finally {
    body.destroy();
  }
}

/** Where an object of an `S3Prefix` input lies below the input's folder. */
export function nameBelow(prefix: string): (key: string) => string {
  return (key) => {
    if (key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1);
    return key.slice(prefix.lastIndexOf('/') + 1);
  };
}

/** The regular files below `folder`, as paths relative to it; symbolic links are left out, as SageMaker does. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Puts a file into S3. */
export async function upload({ kernel, caller }: S3Access, path: string, uri: string): Promise<void> {
  const { bucket: Bucket, key: Key } = requireS3Uri(uri);
  const { size } = await stat(path);
  const Body = createReadStream(path);
  try {
    await kernel.call('s3', 'PutObject', { Bucket, Key, Body, ContentLength: size }, caller);
  } finally {
    Body.destroy();
  }
}
