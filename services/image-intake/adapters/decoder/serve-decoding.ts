import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { Rejection } from '../../domain/rejection.ts';
import { decodeImage } from './decode-image.ts';
import { type DecodeReply, type DecodeRequest, READY } from './messages.ts';

/**
 * Answers the {@link DecodeRequest}s of the parent process until it goes away. Nothing else is in this process, no
 * credentials either: an image that takes it down or over gets nothing.
 */
export function serveDecoding(): void {
  // One virtual CPU; and what libvips remembers of one image is of no use to the next.
  sharp.concurrency(1);
  sharp.cache(false);
  // The parent may be killed while a decoding goes on: that must not go on for ever.
  process.on('disconnect', () => process.exit());
  process.on('message', (request: DecodeRequest) => {
    void answer(request).then(say);
  });
  say(READY);
}

function say(message: unknown): void {
  process.send?.(message, undefined, undefined, (error) => {
    if (error !== null) process.exit();
  });
}

async function answer({ from, to, header, keepable }: DecodeRequest): Promise<DecodeReply> {
  try {
    const { bytes, ...image } = await decodeImage(await readFile(from), header, keepable);
    if (bytes === undefined) return { kind: 'kept', image };
    await writeFile(to, bytes);
    return { kind: 'made', image };
  } catch (error) {
    if (error instanceof Rejection) return { kind: 'refused', code: error.code, message: error.message };
    return { kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
