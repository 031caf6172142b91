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

/** As Ultralytics reads an image: by OpenCV. */
const READ = `
import sys
from pathlib import Path
import cv2
import numpy as np
from job.upright import upright
file = Path(sys.argv[1])
data, _ = upright(file.read_bytes())
pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
file.with_suffix(".rgb").write_bytes(pixels.tobytes())
print(pixels.shape[1], pixels.shape[0])`;

const cases: Record<string, () => Sharp> = {
  'a JPEG': () => picture().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
  'a JPEG turned by EXIF': () =>
    picture().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).withMetadata({ orientation: 6 }),
  'a grey PNG': () => picture().toColourspace('b-w').png(),
  'a PNG of 16 bits': () => deep().toColourspace('rgb16').png(),
  'a grey PNG of 16 bits': () => deep().toColourspace('grey16').png(),
  'a PNG with transparency': () => picture().ensureAlpha(0.5).png(),
  'a PNG with transparency in Display P3': () => picture().ensureAlpha(0.5).withIccProfile('p3').png(),
  'a PNG with a palette in Display P3': () => picture().withIccProfile('p3').png({ palette: true }),
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
      const { stdout } = await run(python ?? '', ['-B', '-c', READ, file], { cwd: import.meta.dirname });
      const seen = await openImage(bytes).raw().toBuffer({ resolveWithObject: true });
      expect(stdout.trim()).toBe(`${seen.info.width} ${seen.info.height}`);
      const trained = await readFile(`${file}.rgb`);
      expect(trained).toHaveLength(seen.data.length);
      // Decoders and colour engines round differently.
      const worst = Math.max(...seen.data.map((value, i) => Math.abs(value - (trained[i] ?? 255))));
      expect(worst).toBeLessThanOrEqual(3);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
