import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest } from '@assay/inspector-core';
import { strides } from '../network/shape.ts';
import { SUPPRESSION_IOU } from '../training/evaluation.ts';
import { bestConfidence } from '../training/operating-point.ts';
import type { TrainingOutcome } from '../training/train.ts';
import { TRAINER_VERSION } from '../training/training-input.ts';
import type { Channel } from './channel.ts';

/** Writes `model.onnx` and the `manifest.json` that says what it is. */
export async function writeModel(
  folder: string,
  outcome: TrainingOutcome,
  train: Channel,
  seed: number,
): Promise<void> {
  const { names, imageSize } = train.dataset;
  const manifest: ModelManifest = {
    format: 'assay.model/1',
    names: [...names],
    imageSize,
    stride: Math.max(...strides),
    sha256: createHash('sha256').update(outcome.model).digest('hex'),
    trainer: { name: 'assay-embedded', version: TRAINER_VERSION, seed },
    snapshot: { ...train.snapshot },
    thresholds: { confidence: bestConfidence(outcome.precision), iou: SUPPRESSION_IOU },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), outcome.model);
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
