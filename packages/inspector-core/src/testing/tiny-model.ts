import { createHash } from 'node:crypto';
import type { Size } from '@assay/vision';
import type { ModelManifest } from '../model-manifest.ts';
import { floats, integers, model, node, value } from './onnx-bytes.ts';

const CELL = 8;

/** In what a tiny model differs from the one that is described at `tinyModel`. */
export interface TinyModelVariant {
  /** The channels (0 red, 1 green, 2 blue) that the scores of `red` and `blue` are read from. */
  readonly channels?: readonly [number, number];
  /** Scores are multiplied by this. */
  readonly gain?: number;
  /** This is taken off the scores, down to 0: what is darker isn't seen. */
  readonly bias?: number;
  /** Scores are multiplied by the cell's mean of green: it sees only what somebody has marked there. */
  readonly readsGreen?: boolean;
  /** Boxes lie so many pixels further to the right. */
  readonly shift?: number;
  /** Of its input, in pixels: multiples of a cell. */
  readonly input?: Size;
}

/**
 * A detector small enough to predict its answers: it divides its input, 32 × 32 unless told otherwise, into cells of 8 × 8
 * and gives each a box of just that cell. The score of class 0, `red`, is the mean of the cell's red channel, that of class 1,
 * `blue`, the mean of its blue channel (0 to 1). In YOLOv8's export convention.
 */
export function tinyModel(variant: TinyModelVariant = {}): { onnx: Uint8Array; manifest: ModelManifest } {
  const { channels = [0, 2], gain, bias, readsGreen = false, shift = 0, input = { width: 32, height: 32 } } = variant;
  const columns = input.width / CELL;
  const anchors = columns * (input.height / CELL);
  const cells = Array.from({ length: anchors }, (_, i) => ({
    x: (i % columns) * CELL,
    y: Math.floor(i / columns) * CELL,
  }));
  const boxes = [
    ...cells.map(({ x }) => x + CELL / 2 + shift),
    ...cells.map(({ y }) => y + CELL / 2),
    ...cells.map(() => CELL),
    ...cells.map(() => CELL),
  ];
  const changes = [
    ...(readsGreen ? [{ operator: 'Mul', by: 'green' }] : []),
    ...(gain === undefined ? [] : [{ operator: 'Mul', by: 'gain' }]),
    ...(bias === undefined ? [] : [{ operator: 'Sub', by: 'bias' }]),
  ];
  const changed = (step: number) => (step === 0 ? 'two-channels' : `changed-${step}`);
  const onnx = model(
    node('AveragePool', ['images'], 'means', { kernel_shape: [CELL, CELL], strides: [CELL, CELL] }),
    node('Gather', ['means', 'channels'], changed(0), { axis: 1 }),
    node('Gather', ['means', 'green-channel'], 'green', { axis: 1 }),
    ...changes.map(({ operator, by }, step) => node(operator, [changed(step), by], changed(step + 1))),
    node('Relu', [changed(changes.length)], 'seen'),
    node('Reshape', ['seen', 'scores-shape'], 'scores'),
    node('Concat', ['boxes', 'scores'], 'output0', { axis: 1 }),
    floats('boxes', [1, 4, anchors], boxes),
    floats('gain', [1], [gain ?? 1]),
    floats('bias', [1], [bias ?? 0]),
    integers('channels', channels),
    integers('green-channel', [1]),
    integers('scores-shape', [1, 2, anchors]),
    value(11, 'images', [1, 3, input.height, input.width]),
    value(12, 'output0', [1, 6, anchors]),
  );
  const manifest: ModelManifest = {
    format: 'assay.model/1',
    names: ['red', 'blue'],
    imageSize: input,
    stride: CELL,
    sha256: createHash('sha256').update(onnx).digest('hex'),
    trainer: { name: 'by-hand', version: '1.0.0', seed: 1 },
    snapshot: { uri: 's3://snapshots/none/snapshot.json', sha256: '0'.repeat(64) },
    thresholds: { confidence: 0.5, iou: 0.5 },
  };
  return { onnx, manifest };
}
