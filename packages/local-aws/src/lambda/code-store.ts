import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FunctionCode } from '@aws-sdk/client-lambda';
import yauzl from 'yauzl';
import type { Caller } from '../kernel/caller.ts';
import { AwsError, messageOf } from '../kernel/errors.ts';
import { syncFolder } from '../kernel/files.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** "250 MB (unzipped)". */
const LARGEST_UNZIPPED = 262_144_000;

export interface StoredCode {
  digest: string;
  size: number;
}

type CodeSource = Pick<FunctionCode, 'ZipFile' | 'S3Bucket' | 'S3Key' | 'S3ObjectVersion'>;

/** Unpacked deployment packages, each in a folder named by the digest of its zip. */
export class CodeStore {
  readonly #kernel: Kernel;
  readonly #folder: string;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#folder = join(kernel.folder('lambda'), 'code');
  }

  /** Where the code of this digest lies. */
  path(digest: string): string {
    return join(this.#folder, digest);
  }

  /** Fetches and unpacks a package. @throws InvalidParameterValueException when there is none, or it is no safe zip. */
  async store(source: CodeSource, caller: Caller): Promise<StoredCode> {
    const zip = await this.#fetch(source, caller);
    const digest = createHash('sha256').update(zip).digest('hex');
    if (!existsSync(this.path(digest))) await this.#unpack(zip, digest);
    return { digest, size: zip.length };
  }

  /** Removes what no function runs any more, and what an interrupted unpacking left. */
  async removeAllBut(used: Set<string>): Promise<void> {
    if (!existsSync(this.#folder)) return;
    for (const name of await readdir(this.#folder))
      if (!used.has(name)) await rm(join(this.#folder, name), { recursive: true, force: true });
  }

  async #fetch({ ZipFile, S3Bucket, S3Key, S3ObjectVersion }: CodeSource, caller: Caller): Promise<Buffer> {
    if (ZipFile) return Buffer.from(ZipFile);
    if (!S3Bucket || !S3Key) throw invalid('Please provide a source for function code.');
    try {
      const input = { Bucket: S3Bucket, Key: S3Key, VersionId: S3ObjectVersion };
      const { Body } = await this.#kernel.call('s3', 'GetObject', input, caller);
      const body: unknown = Body;
      if (body instanceof Readable) return await buffer(body);
      if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body);
      throw new Error(`s3://${S3Bucket}/${S3Key} has no body`);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw invalid(
        `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
        error,
      );
    }
  }

  /** All or nothing: the folder appears under its name when every file in it is on disk. */
  async #unpack(zip: Buffer, digest: string): Promise<void> {
    const temporary = join(this.#folder, `.${randomUUID()}`);
    await mkdir(temporary, { recursive: true });
    try {
      await unzip(zip, temporary);
      await syncFolder(temporary);
      await rename(temporary, this.path(digest));
      await syncFolder(this.#folder);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      // Somebody else has just unpacked the same.
      if (existsSync(this.path(digest))) return;
      if (error instanceof AwsError) throw error;
      throw invalid(
        `Could not unzip uploaded file. Please check your file, then try to upload again. (${messageOf(error)})`,
        error,
      );
    }
  }
}

const invalid = (message: string, cause?: unknown) =>
  new AwsError('InvalidParameterValueException', message, { status: 400, extra: { Type: 'User' }, cause });

/** yauzl refuses names that lead out of the folder; so do we, and links, and bombs. */
async function unzip(zip: Buffer, folder: string): Promise<void> {
  const archive = await yauzl.fromBufferPromise(zip, { lazyEntries: true, strictFileNames: true });
  let unpacked = 0;
  for await (const entry of archive.eachEntry()) {
    const path = resolve(folder, entry.fileName);
    if (path !== folder && !path.startsWith(folder + sep))
      throw new Error(`${entry.fileName} leads out of the package`);
    const mode = entry.externalFileAttributes >>> 16;
    if ((mode & 0o170000) === 0o120000) throw new Error(`${entry.fileName} is a symbolic link`);
    unpacked += entry.uncompressedSize;
    if (unpacked > LARGEST_UNZIPPED) throw invalid(`Unzipped size must be smaller than ${LARGEST_UNZIPPED} bytes`);
    if (entry.fileName.endsWith('/')) {
      await mkdir(path, { recursive: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(await archive.openReadStreamPromise(entry));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(path, mode & 0o111 ? 0o755 : 0o644);
  }
}
