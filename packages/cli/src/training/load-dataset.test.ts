import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetReader } from '@assay/detector';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDataset } from './load-dataset.ts';

describe('annotated images', () => {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'assay-load-'));
    // Stored on its side: 100 × 200 upright.
    const jpeg = await sharp({ create: { width: 200, height: 100, channels: 3, background: '#888' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    writeFileSync(join(folder, 'a.jpg'), jpeg);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A defect in the lower right quarter. */
  const load = (width: number, height: number) => {
    const box = { left: width / 2, top: height / 2, width: width / 2, height: height / 2, className: 'dent' };
    const images = [{ fileName: 'a.jpg', width, height, boxes: [box], crowds: [{ ...box, left: 0 }] }];
    return loadDataset({ images, folder, file: 'coco.json' }, { names: ['dent'], imageSize: 64 });
  };

  it('have their boxes where they were marked, at whatever size that was', async () => {
    const quarter = [{ x1: 32, y1: 32, x2: 48, y2: 64, classId: 0 }];
    expect(new DatasetReader(await load(100, 200)).truths(0)).toEqual(quarter);
    expect(new DatasetReader(await load(51, 101)).truths(0)).toEqual(quarter);
    expect(new DatasetReader(await load(51, 101)).crowds(0)).toEqual([{ ...quarter[0], x1: 16, x2: 32 }]);
  });

  it('are refused when they were marked lying on their side', async () => {
    await expect(load(200, 100)).rejects.toMatchObject({
      message: 'a.jpg was annotated at 200x100 pixels, but is 100x200.',
      remedy: expect.stringContaining('Annotate it upright'),
    });
  });
});
