import { tinyModel } from '@assay/inspector-core/testing';
import { expect, it } from 'vitest';
import { createDataset, DatasetReader, type Sample } from '../dataset/dataset.ts';
import { detectOn, measure } from './evaluation.ts';

const SIZE = 32;
/** Cells of the tiny model are 8 pixels wide; its boxes lie so much further to the right than they should. */
const SHIFT = 6;

/** Black but for the red of whole cells, given by their columns, in the first row of cells. */
function redCells(columns: readonly number[]) {
  const pixels = new Uint8Array(3 * SIZE * SIZE);
  for (const column of columns) {
    for (let y = 0; y < 8; y++) pixels.fill(255, y * SIZE + 8 * column, y * SIZE + 8 * column + 8);
  }
  const truths = columns.map((column) => {
    const left = 8 * column + SHIFT;
    return { x1: left, y1: 0, x2: Math.min(SIZE, left + 8), y2: 8, classId: 0 };
  });
  return { name: 'cells', pixels, truths };
}

it('cuts off what a model finds beyond the image, as an inspector does', async () => {
  const reader = new DatasetReader(createDataset(['red', 'blue'], SIZE, [redCells([0, 3])]));
  const { onnx } = tinyModel({ shift: SHIFT });
  const found = await detectOn(reader, { model: onnx, from: 0, to: 1 });
  expect(found[0]?.map(({ box }) => box)).toEqual([
    { left: 6, top: 0, width: 8, height: 8 },
    { left: 30, top: 0, width: 2, height: 8 },
  ]);
  expect(measure(reader, found, 2).ap).toBe(1);
});

it('counts what a model finds in a crowd neither way', async () => {
  const { name, pixels, truths } = redCells([0, 2]);
  const [first, second] = truths;
  if (!first || !second) throw new Error('two truths are needed');
  const { onnx } = tinyModel({ shift: SHIFT });
  const precisionOf = async (sample: Sample) => {
    const reader = new DatasetReader(createDataset(['red', 'blue'], SIZE, [sample]));
    return measure(reader, await detectOn(reader, { model: onnx, from: 0, to: 1 }), 2);
  };
  expect((await precisionOf({ name, pixels, truths: [second] })).ap50).toBe(0.5);
  const crowded = await precisionOf({ name, pixels, truths: [second], crowds: [{ ...first, x1: 0 }] });
  expect(crowded.ap50).toBe(1);
  expect(crowded.classes[0]?.truths).toBe(1);
});

it('ends at the next image when it is interrupted', async () => {
  const reader = new DatasetReader(createDataset(['red', 'blue'], SIZE, Array(4).fill(redCells([0]))));
  let asked = 0;
  const isInterrupted = () => ++asked > 2;
  expect(await detectOn(reader, { model: tinyModel({}).onnx, from: 0, to: 4, isInterrupted })).toHaveLength(2);
});

it('shows a model as much of the squares as it has an input for, and tells boxes in pixels of the squares', async () => {
  const [side, bar] = [64, 16];
  const pixels = new Uint8Array(3 * side * side);
  for (let y = bar; y < bar + 8; y++) pixels.fill(255, y * side + 48, y * side + 56);
  const truth = { x1: 48 + SHIFT, y1: bar, x2: 56 + SHIFT, y2: bar + 8, classId: 0 };
  const cells = { name: 'cells', pixels, photographed: { width: 640, height: 320 }, truths: [truth] };
  const reader = new DatasetReader(createDataset(['red', 'blue'], side, [cells]));
  const { onnx } = tinyModel({ shift: SHIFT, input: { width: 64, height: 32 } });
  const found = await detectOn(reader, { model: onnx, from: 0, to: 1 });
  expect(found[0]?.map(({ box }) => box)).toEqual([{ left: 54, top: bar, width: 8, height: 8 }]);
  expect(measure(reader, found, 2).ap).toBe(1);
});

it('shows no model less than all of an image', async () => {
  const tall = { name: 'tall', pixels: new Uint8Array(3 * 64 * 64), photographed: { width: 3, height: 4 }, truths: [] };
  const reader = new DatasetReader(createDataset(['red', 'blue'], 64, [tall]));
  const { onnx } = tinyModel({ input: { width: 64, height: 32 } });
  const detecting = detectOn(reader, { model: onnx, from: 0, to: 1 });
  await expect(detecting).rejects.toThrow("the images need an input of 64 × 64, the model's is 64 × 32");
});

it('shows no model more than there is of the squares', async () => {
  const reader = new DatasetReader(createDataset(['red', 'blue'], SIZE, [redCells([0])]));
  const { onnx } = tinyModel({ input: { width: 64, height: 32 } });
  const detecting = detectOn(reader, { model: onnx, from: 0, to: 1 });
  await expect(detecting).rejects.toThrow('an input of 64 × 32 shows more than the square images of 32 × 32');
});

it('leaves out what lies beyond the image altogether', async () => {
  const reader = new DatasetReader(createDataset(['red', 'blue'], SIZE, [redCells([3])]));
  const { onnx } = tinyModel({ shift: 8 });
  expect(await detectOn(reader, { model: onnx, from: 0, to: 1 })).toEqual([[]]);
});
