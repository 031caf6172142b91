import path from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { DecoderDeath, Rejection } from '../../domain/rejection.ts';
import { createImageDecoder, type ImageDecoder } from './image-decoder.ts';

const here = import.meta.dirname;
const real = path.resolve(here, '../../functions/intake/decoder.ts');
const unruly = path.join(here, 'test/unruly-decoder.ts');

/** A PNG; the unruly decoder behaves by its width. */
function picture(width: number): Promise<Buffer> {
  const data = Buffer.alloc(width * 64 * 3, 'a gradient of sorts');
  return sharp(data, { raw: { width, height: 64, channels: 3 } })
    .png()
    .toBuffer();
}

const codeOf = (error: unknown) => (error instanceof Rejection ? error.code : error);

describe('the image decoder', () => {
  const decoders: ImageDecoder[] = [];
  const start = (entry: string): ImageDecoder => {
    const decoder = createImageDecoder(entry);
    decoders.push(decoder);
    return decoder;
  };
  afterEach(() => Promise.all(decoders.splice(0).map((decoder) => decoder.close())));

  it('keeps its process warm, and starts none for what its header gives away', async () => {
    const decoder = start(real);
    await expect(decoder.check('a.png', Buffer.from('hello'), 'first')).rejects.toThrow(Rejection);
    expect(decoder.pid).toBeUndefined();
    const bytes = await picture(64);
    const checked = await decoder.check('a.png', bytes, 'first');
    expect(checked).toMatchObject({ width: 64, height: 64, depth: 3, format: 'png' });
    expect(checked.bytes).toBe(bytes);
    const { pid } = decoder;
    expect((await decoder.check('a.jpg', bytes, 'first')).bytes).not.toBe(bytes);
    expect(decoder.pid).toBe(pid);
  });

  it('takes one image after the other, whoever asks at the same moment', async () => {
    const decoder = start(real);
    const widths = [40, 50, 60, 70];
    const pictures = await Promise.all(widths.map(picture));
    const checked = await Promise.all(pictures.map((bytes) => decoder.check('a.jpg', bytes, 'first')));
    expect(checked.map(({ width }) => width)).toEqual(widths);
  });

  it.each([
    [101, 'hangs', 'decoder-timed-out'],
    [102, 'takes all memory', 'decoder-out-of-memory'],
    [103, 'is brought down by a fault in native code', 'decoder-crashed'],
    [104, 'ends without an answer', 'decoder-crashed'],
    [105, 'answers nonsense', 'decoder-crashed'],
  ])(
    'rejects the image (%i pixels wide) over which its process %s, and goes on with another',
    async (width, _, code) => {
      const decoder = start(unruly);
      await decoder.check('a.png', await picture(64), 'first');
      const { pid } = decoder;
      const death = await decoder.check('a.png', await picture(width), 'last').catch((error: unknown) => error);
      expect(death).toBeInstanceOf(DecoderDeath);
      expect(codeOf(death)).toBe(code);
      await expect(decoder.check('a.png', await picture(64), 'first')).resolves.toMatchObject({ width: 64 });
      expect(decoder.pid).not.toBe(pid);
    },
  );

  it('survives that its process is killed while it rests', async () => {
    const decoder = start(real);
    await decoder.check('a.png', await picture(64), 'first');
    const { pid } = decoder;
    if (pid === undefined) throw new Error('there is a process');
    process.kill(pid, 'SIGKILL');
    // The first trial may meet the dying process; the last one has a fresh one.
    await decoder.check('a.png', await picture(64), 'first').catch(codeOf);
    await expect(decoder.check('a.png', await picture(64), 'last')).resolves.toMatchObject({ width: 64 });
  });

  it('gives the last trial a process that no other image was in', async () => {
    const decoder = start(real);
    await decoder.check('a.png', await picture(64), 'first');
    const { pid } = decoder;
    await decoder.check('a.png', await picture(64), 'last');
    expect(decoder.pid).not.toBe(pid);
  });

  it('says that it could not start, which is no image’s fault', async () => {
    const decoder = start(path.join(here, 'no-such-decoder.ts'));
    const failure = await decoder.check('a.png', await picture(64), 'first').catch((error: unknown) => error);
    expect(failure).not.toBeInstanceOf(Rejection);
    expect(String(failure)).toContain('did not start');
  });
});
