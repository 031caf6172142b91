import { describe, expect, it } from 'vitest';
import { createDataset, DatasetReader } from '../dataset/dataset.ts';
import { squares, tinySettings } from '../testing/squares.ts';
import { BatchFiller, createBatch, roundOf } from './batch.ts';

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
