import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { commonInput, createDataset, DatasetReader, datasetDigest, type Sample } from './dataset.ts';
import { decodeImage, labelledSample } from './image-sample.ts';

const SIDE = 64;

async function photograph(width: number, height: number): Promise<Sample> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 40 };
  const bytes = await sharp({ create: { width, height, channels: 3, background: '#777', noise } })
    .png()
    .toBuffer();
  return labelledSample(await decodeImage(`${width}x${height}`, bytes, SIDE), []);
}

const dataset = async (...sizes: (readonly [number, number])[]) =>
  createDataset(['dent'], SIDE, await Promise.all(sizes.map(([width, height]) => photograph(width, height))));

describe('the input that a dataset needs', () => {
  it('is the rectangle that holds its images, in multiples of the coarsest stride', async () => {
    expect((await dataset([200, 100], [640, 320])).input).toEqual({ width: 64, height: 32 });
    expect((await dataset([200, 101])).input).toEqual({ width: 64, height: 64 });
    expect((await dataset([200, 100], [100, 200])).input).toEqual({ width: 64, height: 64 });
  });

  it('is that of both where a model is trained on one and measured on the other', async () => {
    const [wide, tall, none] = [await dataset([200, 100]), await dataset([100, 200]), await dataset()];
    expect(commonInput(wide, tall)).toEqual({ width: 64, height: 64 });
    expect(commonInput(tall, none)).toEqual({ width: 32, height: 64 });
    expect(commonInput(none, none)).toEqual({ width: 64, height: 64 });
  });

  it('shows all of an image and nothing of what the square has above and below it', async () => {
    const wide = await dataset([200, 100]);
    const reader = new DatasetReader(wide);
    const [square, middle] = [reader.pixels(0), reader.middle(0, wide.input)];
    const rows = Array.from({ length: 3 * 32 }, (_, row) => Math.floor(row / 32) * SIDE + 16 + (row % 32));
    expect(Buffer.from(middle)).toEqual(
      Buffer.concat(rows.map((row) => square.subarray(row * SIDE, (row + 1) * SIDE))),
    );
    expect(reader.middle(0, { width: SIDE, height: SIDE })).toEqual(square);
  });

  it('is part of what identifies it', async () => {
    const grey = { name: 'grey', pixels: new Uint8Array(3 * SIDE * SIDE).fill(114), truths: [] };
    const of = (photographed: Sample['photographed']) =>
      datasetDigest(createDataset(['dent'], SIDE, [{ ...grey, photographed }]));
    expect(of({ width: 20, height: 10 })).not.toBe(of({ width: 10, height: 10 }));
  });
});
