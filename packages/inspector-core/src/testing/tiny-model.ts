import { createHash } from 'node:crypto';
import type { ModelManifest } from '../model-manifest.ts';
import { floats, integers, model, node, value } from './onnx-bytes.ts';

const SIZE = 32;
const CELL = 8;
const GRID = SIZE / CELL;
const ANCHORS = GRID * GRID;

/**
 * A detector small enough to predict its answers: it divides its 32 × 32 input into sixteen cells of 8 × 8 and gives
 * each a box of just that cell. The score of class 0, `red`, is the mean of the cell's red channel, that of class 1,
 * `blue`, the mean of its blue channel (0 to 1). In YOLOv8's export convention.
 */
export function tinyModel(): { onnx: Uint8Array; manifest: ModelManifest } {
  const cells = Array.from({ length: ANCHORS }, (_, i) => ({ x: (i % GRID) * CELL, y: Math.floor(i / GRID) * CELL }));
  const boxes = [
    ...cells.map(({ x }) => x + CELL / 2),
    ...cells.map(({ y }) => y + CELL / 2),
    ...cells.map(() => CELL),
    ...cells.map(() => CELL),
  ];
  const onnx = model(
    node('AveragePool', ['images'], 'means', { kernel_shape: [CELL, CELL], strides: [CELL, CELL] }),
    node('Gather', ['means', 'channels'], 'red-and-blue', { axis: 1 }),
    node('Reshape', ['red-and-blue', 'scores-shape'], 'scores'),
    node('Concat', ['boxes', 'scores'], 'output0', { axis: 1 }),
    floats('boxes', [1, 4, ANCHORS], boxes),
    integers('channels', [0, 2]),
    integers('scores-shape', [1, 2, ANCHORS]),
    value(11, 'images', [1, 3, SIZE, SIZE]),
    value(12, 'output0', [1, 6, ANCHORS]),
  );
  const manifest: ModelManifest = {
    format: 'assay.model/1',
    names: ['red', 'blue'],
    imageSize: SIZE,
    stride: CELL,
    sha256: createHash('sha256').update(onnx).digest('hex'),
    trainer: { name: 'by-hand', version: '1.0.0', seed: 1 },
    snapshot: { uri: 's3://snapshots/none/snapshot.json', sha256: '0'.repeat(64) },
    thresholds: { confidence: 0.5, iou: 0.5 },
  };
  return { onnx, manifest };
}
