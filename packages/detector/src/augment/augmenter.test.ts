import { seededRandom } from '@assay/vision';
import { describe, expect, it } from 'vitest';
import { createDataset, DatasetReader } from '../dataset/dataset.ts';
import { augment } from './augmenter.ts';
import type { AugmentationSettings } from './settings.ts';
import { viewTruths } from './view.ts';

const SIZE = 64;
const BOX = { x1: 8, y1: 20, x2: 28, y2: 32, classId: 1 };
const strong: AugmentationSettings = {
  flip: true,
  rotate: 0.5,
  scale: 0.25,
  shift: 0.1,
  brightness: 0,
  contrast: 0,
  mosaic: 0,
};
const none: AugmentationSettings = { ...strong, flip: false, rotate: 0, scale: 0, shift: 0 };

/** Black, but for a white rectangle. */
function whiteBox(): DatasetReader {
  const pixels = Uint8Array.from({ length: 3 * SIZE * SIZE }, (_, i) => {
    const x = i % SIZE;
    const y = Math.floor(i / SIZE) % SIZE;
    return x >= BOX.x1 && x < BOX.x2 && y >= BOX.y1 && y < BOX.y2 ? 255 : 0;
  });
  return new DatasetReader(createDataset(['a', 'b'], SIZE, [{ name: 'box', pixels, truths: [BOX] }]));
}

/** Bounds of what is white in the first plane. */
function whiteBounds(image: Uint8Array) {
  const white = [...image.subarray(0, SIZE * SIZE).entries()].filter(([, value]) => value > 190).map(([i]) => i);
  const xs = white.map((i) => i % SIZE);
  const ys = white.map((i) => Math.floor(i / SIZE));
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs) + 1, y2: Math.max(...ys) + 1 };
}

describe('the truths of a view', () => {
  const window = { left: 0, top: 0, width: SIZE, height: SIZE };
  /** The image as it is, moved to the right. */
  const moved = (x: number) => ({
    ...{ xx: 1, xy: 0, yx: 0, yy: 1, zoom: 1, brightness: 0, contrast: 1 },
    ...{ centreX: SIZE / 2 + x, centreY: SIZE / 2 },
  });

  it('have scratches that are thinner than two pixels', () => {
    const scratch = { x1: 10, y1: 20, x2: 50, y2: 21.5, classId: 0 };
    expect(viewTruths([scratch], moved(0), SIZE, window)).toEqual([scratch]);
    expect(viewTruths([scratch], moved(30), SIZE, window)).toEqual([{ ...scratch, x1: 40, x2: SIZE }]);
  });

  it('lack what is hardly to be seen any more', () => {
    expect(viewTruths([BOX], moved(SIZE - BOX.x1 - 2), SIZE, window)).toEqual([]);
    expect(viewTruths([{ ...BOX, x2: BOX.x1 + 6 }], moved(SIZE - BOX.x1 - 2), SIZE, window)).toEqual([]);
    expect(viewTruths([{ ...BOX, x2: BOX.x1 }], moved(0), SIZE, window)).toEqual([]);
  });
});

describe('augmentation', () => {
  it('changes nothing when it is off', () => {
    const image = new Uint8Array(3 * SIZE * SIZE);
    const truths = augment(image, whiteBox(), 0, none, seededRandom(1));
    expect(truths).toEqual([BOX]);
    expect(Buffer.from(image).equals(whiteBox().pixels(0))).toBe(true);
  });

  it('moves pixels and truths alike, however it turns, mirrors, scales and shifts', () => {
    const image = new Uint8Array(3 * SIZE * SIZE);
    const orientations = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const [truth] = augment(image, whiteBox(), 0, strong, seededRandom(seed));
      const seen = whiteBounds(image);
      if (!truth) continue;
      for (const side of ['x1', 'y1', 'x2', 'y2'] as const)
        expect(Math.abs(truth[side] - seen[side])).toBeLessThan(1.6);
      expect(truth.classId).toBe(1);
      orientations.add(`${truth.x2 - truth.x1 > truth.y2 - truth.y1}`);
    }
    expect(orientations.size).toBe(2);
  });

  it('is the same for the same stream of random numbers', () => {
    const [first, second] = [new Uint8Array(3 * SIZE * SIZE), new Uint8Array(3 * SIZE * SIZE)];
    const toned = { ...strong, brightness: 0.1, contrast: 0.2, mosaic: 1 };
    expect(augment(first, whiteBox(), 0, toned, seededRandom(4))).toEqual(
      augment(second, whiteBox(), 0, toned, seededRandom(4)),
    );
    expect(Buffer.from(first).equals(second)).toBe(true);
  });

  it('drops truths of which hardly anything is left', () => {
    const image = new Uint8Array(3 * SIZE * SIZE);
    const far = { ...none, shift: 0.5 };
    const counts = Array.from({ length: 40 }, (_, seed) => augment(image, whiteBox(), 0, far, seededRandom(seed)));
    for (const [truth] of counts) {
      if (truth) expect((truth.x2 - truth.x1) * (truth.y2 - truth.y1)).toBeGreaterThan(0.25 * 20 * 12 - 1e-6);
    }
    expect(counts.some((truths) => truths.length === 0)).toBe(true);
  });

  it('puts four pictures into a mosaic', () => {
    const image = new Uint8Array(3 * SIZE * SIZE);
    const truths = Array.from({ length: 20 }, (_, seed) =>
      augment(image, whiteBox(), 0, { ...none, mosaic: 1 }, seededRandom(seed)),
    );
    expect(Math.max(...truths.map(({ length }) => length))).toBeGreaterThan(1);
  });
});
