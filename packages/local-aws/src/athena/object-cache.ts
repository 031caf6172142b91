import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Need } from '../kernel/authorization/permission.ts';
import type { Caller } from '../kernel/caller.ts';
import { messageOf } from '../kernel/errors.ts';
import { isPathProblem, writeFileAtomically } from '../kernel/files.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { UserError } from './user-error.ts';

export interface CachedObject {
  path: string;
  /** Bytes. */
  size: number;
}

/**
 * Copies of S3 objects as files that DuckDB can open. A file's name comes from the object's ETag, so that an object is
 * fetched once for as long as it stays the same: a query costs what is new since the one before.
 */
export class ObjectCache {
  readonly #kernel: Kernel;
  readonly folder: string;
  /** One fetch an object, however many queries wait for it. */
  readonly #fetching = new Map<string, Promise<void>>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.folder = join(kernel.folder('athena'), 'objects');
  }

  /** Files for all objects below `prefix`, read in the name of `caller`; hidden ones (`_…`, `.…`) left out, as Athena does. */
  async below(bucket: string, prefix: string, caller: Caller): Promise<CachedObject[]> {
    const files: CachedObject[] = [];
    let missing: { path: string; key: string }[] = [];
    let ContinuationToken: string | undefined;
    do {
      const listed = await this.#kernel.call(
        's3',
        'ListObjectsV2',
        { Bucket: bucket, Prefix: prefix, ...(ContinuationToken !== undefined && { ContinuationToken }) },
        caller,
      );
      for (const { Key = '', ETag = '', Size = 0 } of listed.Contents ?? []) {
        if (Size === 0 || /(^|\/)[._][^/]*$/.test(Key)) continue;
        const path = this.#path(bucket, Key, ETag);
        files.push({ path, size: Size });
        // What somebody else's query has fetched is no more open to this caller than the object itself.
        if (await exists(path)) this.#kernel.authorization.require('s3', caller, [reading(bucket, Key)]);
        else missing.push({ path, key: Key });
      }
      ContinuationToken = listed.IsTruncated ? listed.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
    while (missing.length > 0) {
      await Promise.all(missing.slice(0, 8).map(({ path, key }) => this.#fetch(bucket, key, path, caller)));
      missing = missing.slice(8);
    }
    return files;
  }

  /** The key's `name=value` folders stay in the path: DuckDB reads partition columns out of them. */
  #path(bucket: string, key: string, etag: string): string {
    const partitions = key.split('/').filter((segment) => /^\w+=[^/]+$/.test(segment));
    const digest = createHash('sha256')
      .update(JSON.stringify([bucket, key, etag]))
      .digest('hex');
    return join(this.folder, digest.slice(0, 40), ...partitions, 'object');
  }

  #fetch(bucket: string, key: string, path: string, caller: Caller): Promise<void> {
    const fetching = this.#fetching.get(path) ?? this.#copy(bucket, key, path, caller);
    this.#fetching.set(path, fetching);
    return fetching.finally(() => this.#fetching.delete(path));
  }

  async #copy(Bucket: string, Key: string, path: string, caller: Caller): Promise<void> {
    const { Body } = await this.#kernel.call('s3', 'GetObject', { Bucket, Key }, caller);
    if (!(Body instanceof Readable)) throw new Error(`S3 gave no body for s3://${Bucket}/${Key}`);
    try {
      await writeFileAtomically(path, Body);
    } catch (cause) {
      Body.destroy();
      if (!isPathProblem(cause)) throw cause;
      const uri = JSON.stringify(`s3://${Bucket}/${Key}`);
      throw new UserError(
        `HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split ${uri}: its partition cannot be a folder here: ${messageOf(cause)}`,
        { cause },
      );
    }
  }
}

const reading = (bucket: string, key: string): Need => ({
  action: 's3:GetObject',
  resource: `arn:aws:s3:::${bucket}/${key}`,
});

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
