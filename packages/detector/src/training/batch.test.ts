import { seededRandom } from '@assay/vision';
import { describe, expect, it } from 'vitest';
import { augment } from '../augment/augmenter.ts';
import { createDataset, DatasetReader } from '../dataset/dataset.ts';
import { squares, tinySettings } from '../testing/squares.ts';
import { BatchFiller, createBatch, roundOf } from './batch.ts';
import { settingsForSteps } from './defaults.ts';
import { truthSlots } from './training-input.ts';

/** Images 0 … showing − 1 show an object, the rest nothing. */
function imagesOf(count: number, showing: number): DatasetReader {
  const reader = new DatasetReader(squares(count, 1));
  const samples = Array.from({ length: count }, (_, i) => ({
    name: `${i}`,
    pixels: reader.pixels(i),
    truths: i < showing ? reader.truths(i) : [],
  }));
  return new DatasetReader(createDataset(['bright', 'dark'], 64, samples));
}

describe('a round of images', () => {
  it('shows every image once where half of them or more show an object', () => {
    expect([...roundOf(imagesOf(6, 3))]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...roundOf(imagesOf(3, 3))]).toEqual([0, 1, 2]);
  });

  it('repeats those that show an object until they are half, in turns', () => {
    expect([...roundOf(imagesOf(8, 2))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 0, 1]);
    expect([...roundOf(imagesOf(4, 0))]).toEqual([0, 1, 2, 3]);
  });

  it('fills batches so: half of the images of a round show an object', () => {
    const shape = { batch: 4, truthSlots: 1, classes: 2, imageSize: 64 };
    const augmentation = { ...tinySettings.augmentation, scale: 0, shift: 0 };
    const filler = new BatchFiller(
      imagesOf(8, 2),
      { ...tinySettings, augmentation, workers: 1, batchPerWorker: 4 },
      shape,
      0,
    );
    const batch = createBatch(shape);
    let showing = 0;
    for (let step = 0; step < 3; step++) {
      filler.fill(batch, step);
      showing += batch.truthMask.reduce((sum, value) => sum + value, 0);
    }
    expect(showing).toBe(6);
  });
});

describe('a mosaic', () => {
  it('has a slot for each object that it shows, where every image has as many', () => {
    const training = squares(20, 1);
    const settings = settingsForSteps(12_000);
    const slots = truthSlots({ settings, training });
    const random = seededRandom(3);
    const reader = new DatasetReader(training);
    const target = new Uint8Array(3 * 64 * 64);
    const mosaics = { ...settings.augmentation, mosaic: 1 };
    const shown = Array.from({ length: 200 }, (_, i) => augment(target, reader, i % 20, mosaics, random).length);
    expect(Math.max(...shown)).toBe(4);
    expect(Math.max(...shown)).toBeLessThanOrEqual(slots);
  });

  it('has them also where hardly any image shows one', () => {
    const training = createDataset(['bright', 'dark'], 64, [
      ...Array.from({ length: 59 }, (_, i) => ({ name: `${i}`, pixels: new Uint8Array(3 * 64 * 64), truths: [] })),
      { name: '59', pixels: new Uint8Array(3 * 64 * 64), truths: new DatasetReader(squares(1, 1)).truths(0) },
    ]);
    expect(truthSlots({ settings: settingsForSteps(12_000), training })).toBe(4);
  });

  it('is not given the slots of the fullest image four times', () => {
    const reader = new DatasetReader(squares(40, 1));
    const samples = Array.from({ length: 40 }, (_, i) => ({
      name: `${i}`,
      pixels: reader.pixels(i),
      truths: Array.from({ length: i === 0 ? 9 : 2 }, () => reader.truths(i)).flat(),
    }));
    const training = createDataset(['bright', 'dark'], 64, samples);
    expect(truthSlots({ settings: settingsForSteps(12_000), training })).toBe(9 + 3 * 2);
    expect(truthSlots({ settings: settingsForSteps(1000), training })).toBe(9);
  });
});
