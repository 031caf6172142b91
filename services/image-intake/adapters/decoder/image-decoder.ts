import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { extensionFits } from '../../domain/format/file-format.ts';
import { type ImageHeader, readHeader } from '../../domain/format/header.ts';
import type { CheckedImage } from '../../domain/intake.ts';
import { decodingTime, type Trial } from '../../domain/limits.ts';
import { Rejection } from '../../domain/rejection.ts';
import { DecoderProcess } from './decoder-process.ts';

/** Checks images in full: their headers here, their pixels in a process that may die of them. */
export interface ImageDecoder {
  /** The checked image, with the upload's own bytes or with those made of it. Throws {@link Rejection}. */
  check(key: string, bytes: Uint8Array, trial: Trial): Promise<CheckedImage>;
  /** The process at work or at rest; undefined when there is none. */
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/**
 * `entry` is the module that the decoder process runs. It is started for the first image that passes the checks of its
 * header, kept warm for the next, and replaced when it died.
 */
export function createImageDecoder(entry: string): ImageDecoder {
  let worker: DecoderProcess | undefined;
  let folder: string | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const stop = async (): Promise<void> => {
    await worker?.kill();
    worker = undefined;
  };

  const decode = async (bytes: Uint8Array, header: ImageHeader, keepable: boolean, trial: Trial) => {
    // What an image did to the process before it must not be the next one's end.
    if (trial === 'last' || worker?.alive === false) await stop();
    worker ??= await DecoderProcess.start(entry);
    folder ??= await mkdtemp(path.join(tmpdir(), 'assay-decoder-'));
    const [from, to] = [path.join(folder, 'upload'), path.join(folder, 'image')];
    try {
      await writeFile(from, bytes);
      const reply = await worker.decode({ from, to, header, keepable }, decodingTime(trial, header));
      if (reply.kind === 'failed') throw new Error(`the image decoder failed: ${reply.message}`);
      if (reply.kind === 'refused') throw new Rejection(reply.code, reply.message);
      return { ...reply.image, bytes: reply.kind === 'kept' ? bytes : await readFile(to) };
    } finally {
      await Promise.all([from, to].map((file) => rm(file, { force: true })));
    }
  };

  return {
    async check(key, bytes, trial) {
      const header = readHeader(bytes);
      const keepable = header.plain && extensionFits(key, header.format);
      const mine = turn.then(() => decode(bytes, header, keepable, trial));
      turn = mine.catch(() => {});
      return mine;
    },
    get pid() {
      return worker?.pid;
    },
    async close() {
      await stop();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      folder = undefined;
    },
  };
}
