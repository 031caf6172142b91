import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { square } from '@assay/vision';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { createInspector, type Inspector, type InspectorOptions } from './inspector.ts';
import { readModelManifest } from './model-manifest.ts';
import { floats, integer, message, model, node, text, value } from './testing/onnx-bytes.ts';
import { tinyModel } from './testing/tiny-model.ts';

interface Patch {
  left: number;
  top: number;
  width: number;
  height: number;
  colour: string;
}

/** A black picture with coloured rectangles. */
function picture(width: number, height: number, patches: readonly Patch[] = []) {
  return sharp({ create: { width, height, channels: 3, background: '#000' } }).composite(
    patches.map(({ left, top, width: w, height: h, colour }) => ({
      input: { create: { width: w, height: h, channels: 3, background: colour } },
      left,
      top,
    })),
  );
}

const opened: Inspector[] = [];
async function inspector(options: Partial<InspectorOptions> = {}): Promise<Inspector> {
  const { onnx, manifest } = tinyModel();
  const created = await createInspector({ model: onnx, manifest, ...options });
  opened.push(created);
  return created;
}
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

describe('an inspection', () => {
  it('fails a part with a defect and says where it is in the photograph', async () => {
    // 64 × 64 is scaled by half: the cell at column 1, row 2 is 16 … 32, 32 … 48.
    const image = await picture(64, 64, [{ left: 16, top: 32, width: 16, height: 16, colour: '#f00' }])
      .png()
      .toBuffer();
    const result = await (await inspector()).inspect(image);

    expect(result).toMatchObject({ verdict: 'fail', width: 64, height: 64 });
    expect(result.detections).toHaveLength(1);
    expect(result.detections[0]).toMatchObject({
      classId: 0,
      className: 'red',
      box: { left: 16, top: 32, width: 16, height: 16 },
    });
    expect(result.detections[0]?.confidence).toBeGreaterThan(0.85);
  });

  it('passes a part without one', async () => {
    const result = await (await inspector()).inspect(await picture(64, 64).jpeg().toBuffer());
    expect(result).toMatchObject({ verdict: 'pass', detections: [], uncertainty: 0 });
  });

  it('finds the place in a photograph that is not square', async () => {
    // 128 × 64 is scaled by a quarter to 32 × 16, from row 8: the cell at column 3, row 1 is 96 … 128, 0 … 32.
    const image = await picture(128, 64, [{ left: 96, top: 0, width: 32, height: 32, colour: '#00f' }])
      .png()
      .toBuffer();
    const { detections } = await (await inspector()).inspect(image);
    expect(detections.map(({ className, box }) => ({ className, box }))).toEqual([
      { className: 'blue', box: { left: 96, top: 0, width: 32, height: 32 } },
    ]);
  });

  it('looks at the photograph upright', async () => {
    // Stored on its side (EXIF orientation 6: turn clockwise): the patch bottom left comes to lie top left.
    const image = await picture(64, 32, [{ left: 0, top: 16, width: 16, height: 16, colour: '#f00' }])
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const { width, height, detections } = await (await inspector()).inspect(image);
    expect([width, height]).toEqual([32, 64]);
    expect(detections.map(({ box }) => [box.left, box.top])).toEqual([[0, 0]]);
  });

  it('finds the same place in a JPEG that is decoded at a fraction of its size', async () => {
    const image = await picture(2000, 1000, [{ left: 0, top: 500, width: 500, height: 500, colour: '#f00' }])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { width, height, detections } = await (await inspector()).inspect(image);
    expect([width, height]).toEqual([1000, 2000]);
    expect(detections.map(({ box }) => box)).toEqual([{ left: 0, top: 0, width: 500, height: 500 }]);
  });

  it('reads grey, transparent, 16-bit, TIFF and WebP images', async () => {
    const grey = picture(64, 64, [{ left: 0, top: 0, width: 16, height: 16, colour: '#fff' }]);
    const files = [
      await grey.clone().greyscale().png().toBuffer(),
      await grey.clone().ensureAlpha().png().toBuffer(),
      await grey.clone().toColourspace('rgb16').png().toBuffer(),
      await grey.clone().tiff().toBuffer(),
      await grey.clone().webp({ lossless: true }).toBuffer(),
    ];
    const subject = await inspector();
    for (const file of files) {
      const { detections } = await subject.inspect(file);
      expect(detections.map(({ className }) => className).sort()).toEqual(['blue', 'red']);
    }
  });

  it('refuses a file that is no image and carries on with the next', async () => {
    const subject = await inspector();
    const whole = await picture(64, 64).jpeg().toBuffer();
    const [broken, truncated, next] = await Promise.allSettled([
      subject.inspect(Buffer.from('not a picture')),
      subject.inspect(whole.subarray(0, whole.length / 2)),
      subject.inspect(whole),
    ]);
    expect(broken).toMatchObject({ reason: { code: 'image-unreadable' } });
    expect(truncated).toMatchObject({ reason: { code: 'image-unreadable' } });
    expect(next).toMatchObject({ status: 'fulfilled', value: { verdict: 'pass' } });
  });

  it('says how long it took', async () => {
    const times = [1000, 1012.5];
    const subject = await inspector({ now: () => times.shift() ?? 0 });
    expect((await subject.inspect(await picture(64, 64).png().toBuffer())).milliseconds).toBe(12.5);
  });
});

describe('votes', () => {
  it('are asked for as many as the manifest says: a defect that one place alone sees is in doubt', async () => {
    const image = await picture(32, 32, [{ left: 0, top: 0, width: 8, height: 8, colour: '#f00' }])
      .png()
      .toBuffer();
    const { onnx, manifest } = tinyModel();
    const asking = async (votes: number) => {
      const thresholds = { ...manifest.thresholds, votes };
      return (await inspector({ model: onnx, manifest: { ...manifest, thresholds } })).inspect(image);
    };
    const [alone, nine] = [await asking(1), await asking(9)];
    expect(alone.verdict).toBe('fail');
    expect(nine.verdict).toBe('pass');
    expect(nine.candidates[0]?.confidence).toBeCloseTo((alone.candidates[0]?.confidence ?? 0) / 3, 6);
  });
});

describe('rules', () => {
  const dimRed = () =>
    picture(32, 32, [{ left: 0, top: 0, width: 8, height: 8, colour: '#990000' }])
      .png()
      .toBuffer();

  it('set a threshold for each class', async () => {
    const strict = await inspector({ rules: { red: { confidence: 0.9 } } });
    const result = await strict.inspect(await dimRed());
    expect(result).toMatchObject({ verdict: 'pass', detections: [] });
    expect(result.candidates.map(({ className }) => className)).toContain('red');
  });

  it('let a class be seen without failing the part', async () => {
    const lenient = await inspector({ rules: { red: { verdict: 'pass' } } });
    const result = await lenient.inspect(await dimRed());
    expect(result).toMatchObject({ verdict: 'pass', detections: [{ className: 'red' }], uncertainty: 0 });
  });

  it.each([0.01, 0.1])(
    'and a floor say what is told, and not how sure the model is of it (a vote of %d)',
    async (vote) => {
      const { manifest } = tinyModel();
      const { width: side } = manifest.imageSize;
      // Two anchors that see the same box: centre, width and height, then the scores of red and of blue.
      const rows = [8, 8, 8, 8, 8, 8, 8, 8, 0.9, vote, 0, 0];
      const onnx = model(
        node('Identity', ['fixed'], 'output0'),
        floats('fixed', [1, 6, 2], rows),
        value(11, 'images', [1, 3, side, side]),
        value(12, 'output0', [1, 6, 2]),
      );
      const sha256 = createHash('sha256').update(onnx).digest('hex');
      const voting = { ...manifest, sha256, thresholds: { confidence: 0.5, iou: 0.5, votes: 10 } };
      const photograph = await picture(32, 32).png().toBuffer();
      const confidenceWith = async (floor: number) => {
        const { candidates } = await (await inspector({ model: onnx, manifest: voting, floor })).inspect(photograph);
        return candidates[0]?.confidence;
      };
      expect(await confidenceWith(0.2)).toBeGreaterThan(0.2);
      expect(await confidenceWith(0.2)).toBe(await confidenceWith(0.001));
    },
  );

  it('see what lies below the floor when a threshold is lower still', async () => {
    const sensitive = await inspector({ floor: 0.9, rules: { red: { confidence: 0.3 } } });
    expect((await sensitive.inspect(await dimRed())).verdict).toBe('fail');
  });

  it('must be about classes that the model has', async () => {
    await expect(inspector({ rules: { green: {} } })).rejects.toThrow('rule for green, but the model knows red, blue');
  });
});

describe('a model', () => {
  it('may be given by its path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inspector-'));
    try {
      const model = join(folder, 'model.onnx');
      await writeFile(model, tinyModel().onnx);
      expect((await (await inspector({ model })).inspect(await picture(9, 9).png().toBuffer())).verdict).toBe('pass');
      await expect(inspector({ model: join(folder, 'none.onnx') })).rejects.toMatchObject({ code: 'model-missing' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is refused when its digest differs from the manifest', async () => {
    const { onnx } = tinyModel();
    onnx[onnx.length - 1]! ^= 1;
    await expect(inspector({ model: onnx })).rejects.toMatchObject({
      code: 'model-digest-differs',
      message: expect.stringContaining('same model.tar.gz'),
    });
  });

  it('is refused when it is not ONNX', async () => {
    const { manifest } = tinyModel();
    const model = new TextEncoder().encode('PK not a network');
    const sha256 = createHash('sha256').update(model).digest('hex');
    await expect(inspector({ model, manifest: { ...manifest, sha256 } })).rejects.toMatchObject({
      code: 'model-unreadable',
      message: expect.stringContaining("isn't an ONNX model"),
    });
  });

  it('is refused when its classes or its size are not those of the manifest', async () => {
    const { manifest } = tinyModel();
    await expect(inspector({ manifest: { ...manifest, names: ['red'] } })).rejects.toMatchObject({
      code: 'model-unsuitable',
      message: expect.stringContaining('2 classes, the manifest names 1'),
    });
    await expect(inspector({ manifest: { ...manifest, imageSize: square(64) } })).rejects.toMatchObject({
      code: 'model-unsuitable',
    });
  });

  /** One that gives a tensor of six rows and an anchor, whatever it is shown. */
  const constant = (tensor: number[]): Partial<InspectorOptions> => {
    const { manifest } = tinyModel();
    const { width: side } = manifest.imageSize;
    const identity = node('Identity', ['fixed'], 'output0');
    const onnx = model(identity, tensor, value(11, 'images', [1, 3, side, side]), value(12, 'output0', [1, 6, 1]));
    return { model: onnx, manifest: { ...manifest, sha256: createHash('sha256').update(onnx).digest('hex') } };
  };

  it('may give whatever numbers it likes', async () => {
    const sound = await inspector(constant(floats('fixed', [1, 6, 1], [1, 1, 1, 1, 0, 0])));
    expect((await sound.inspect(await picture(9, 9).png().toBuffer())).verdict).toBe('pass');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'is refused when it gives %d, for which every part would pass',
    async (number) => {
      await expect(inspector(constant(floats('fixed', [1, 6, 1], [1, 1, 1, 1, 0, number])))).rejects.toMatchObject({
        code: 'model-unsuitable',
        message: expect.stringContaining('not numbers'),
      });
    },
  );

  it('is refused when its scores are no shares, which its answer to grey needn’t show', async () => {
    const { onnx, manifest } = tinyModel({ gain: 1.9 });
    const logits = await createInspector({ model: onnx, manifest });
    const bright = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#f00' } })
      .png()
      .toBuffer();
    await expect(logits.inspect(bright)).rejects.toMatchObject({
      code: 'model-unsuitable',
      message: expect.stringContaining('ends before the sigmoid'),
    });
    await logits.close();
  });

  it.each(['weights.bin', '../../etc/passwd', '/etc/passwd'])(
    'is refused when its weights are in another file: %s',
    async (location) => {
      const pair = message(13, text(1, 'location'), text(2, location));
      const dims = [1, 6, 1].flatMap((size) => integer(1, size));
      const outside = message(5, dims, integer(2, 1), text(8, 'fixed'), pair, integer(14, 1));
      await expect(inspector(constant(outside))).rejects.toMatchObject({ code: 'model-unreadable' });
    },
  );

  it('is refused when it is cut off', async () => {
    const { onnx, manifest } = tinyModel();
    for (const length of [0, 1, onnx.length >> 1, onnx.length - 1]) {
      const half = onnx.subarray(0, length);
      const sha256 = createHash('sha256').update(half).digest('hex');
      await expect(inspector({ model: half, manifest: { ...manifest, sha256 } })).rejects.toThrow('Export the trained');
    }
  });

  it('may have a rectangle for its input, and of older manifests a square', async () => {
    const { manifest } = tinyModel();
    const read = (imageSize: unknown) => readModelManifest(JSON.stringify({ ...manifest, imageSize })).imageSize;
    const imageSize = { width: 64, height: 32 };
    expect([read(imageSize), read(64)]).toEqual([imageSize, square(64)]);

    // One box, in pixels of the input: centre, width and height, then the scores.
    const onnx = model(
      node('Identity', ['fixed'], 'output0'),
      floats('fixed', [1, 6, 1], [32, 16, 16, 8, 0.9, 0]),
      value(11, 'images', [1, 3, 32, 64]),
      value(12, 'output0', [1, 6, 1]),
    );
    const sha256 = createHash('sha256').update(onnx).digest('hex');
    const wide = await inspector({ model: onnx, manifest: { ...manifest, sha256, imageSize } });
    // Half as large in the input, without bars; and as large as it is, with bars beside it.
    const [fitting] = (await wide.inspect(await picture(128, 64).png().toBuffer())).detections;
    expect(fitting?.box).toEqual({ left: 48, top: 24, width: 32, height: 16 });
    const [tall] = (await wide.inspect(await picture(32, 32).png().toBuffer())).detections;
    expect(tall?.box).toEqual({ left: 8, top: 12, width: 16, height: 8 });
  });

  it('is refused when its manifest asks for more memory than there is', () => {
    const manifest = JSON.stringify({ ...tinyModel().manifest, imageSize: 1_000_000 });
    expect(() => readModelManifest(manifest)).toThrow('imageSize.width: Too big: expected number to be <=4096');
  });

  it('is refused when its manifest gives its input no height, naming it', () => {
    const manifest = JSON.stringify({ ...tinyModel().manifest, imageSize: { width: 32 } });
    expect(() => readModelManifest(manifest)).toThrow('imageSize.height: ');
  });
});
