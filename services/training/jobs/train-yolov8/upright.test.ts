import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openImage } from '@assay/inspector-core';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { pythonForTests } from './testing/python.ts';

const python = await pythonForTests();
const run = promisify(execFile);

const WIDTH = 24;
const HEIGHT = 16;
/** Another colour in each quarter, so that a wrong turn shows. */
const pixels = Buffer.from(
  Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [right, below] = [i % WIDTH >= WIDTH / 2, i >= (WIDTH * HEIGHT) / 2];
    return [right ? 220 : 40, below ? 200 : 60, right !== below ? 180 : 20];
  }).flat(),
);
const picture = () => sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
/** 16 bits a channel, of which the lower eight differ. */
const deep = () =>
  sharp(
    Uint16Array.from(pixels, (value) => value * 256 + 77),
    { raw: { width: WIDTH, height: HEIGHT, channels: 3 } },
  );

const READ = `
import sys
from pathlib import Path
from job.upright import upright
for name in sys.argv[1:]:
    data, extension = upright(Path(name).read_bytes())
    Path(name + ".upright").write_bytes(data)
    print(extension)`;

const cases: Record<string, () => Sharp> = {
  'a JPEG': () => picture().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
  'a JPEG turned by EXIF': () =>
    picture().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).withMetadata({ orientation: 6 }),
  'a grey PNG': () => picture().toColourspace('b-w').png(),
  'a PNG of 16 bits': () => deep().toColourspace('rgb16').png(),
  'a grey PNG of 16 bits': () => deep().toColourspace('grey16').png(),
  'a PNG with transparency': () => picture().ensureAlpha(0.5).png(),
  'a PNG with a palette': () => picture().png({ palette: true }),
  'a WebP mirrored by EXIF': () => picture().webp({ lossless: true }).withMetadata({ orientation: 2 }),
  'a TIFF turned by its tag': () => picture().tiff().withMetadata({ orientation: 8 }),
  'a JPEG in Display P3': () => picture().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).withIccProfile('p3'),
};

describe.skipIf(python === undefined)('images are trained on as the inspector sees them', () => {
  it.each(Object.entries(cases))('%s', async (_name, encode) => {
    const folder = await mkdtemp(join(tmpdir(), 'upright-'));
    try {
      const file = join(folder, 'picture');
      const bytes = await encode().toBuffer();
      await writeFile(file, bytes);
      await run(python ?? '', ['-B', '-c', READ, file], { cwd: import.meta.dirname });
      const options = { resolveWithObject: true } as const;
      const seen = await openImage(bytes).raw().toBuffer(options);
      const trained = await openImage(await readFile(`${file}.upright`))
        .raw()
        .toBuffer(options);
      expect([trained.info.width, trained.info.height]).toEqual([seen.info.width, seen.info.height]);
      // Decoders and colour engines round differently.
      const worst = Math.max(...seen.data.map((value, i) => Math.abs(value - (trained.data[i] ?? 255))));
      expect(worst).toBeLessThanOrEqual(3);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
