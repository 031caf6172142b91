import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest } from '@assay/inspector-core';
import { strides } from '../network/shape.ts';
import { SUPPRESSION } from '../training/evaluation.ts';
import { bestConfidence } from '../training/operating-point.ts';
import type { TrainingOutcome } from '../training/train.ts';
import { TRAINER_VERSION } from '../training/training-input.ts';
import { type Reference, type ReferenceImages, referenceOf } from './reference.ts';

/** Where a model comes from, for its manifest. */
export interface ModelSource {
  readonly seed: number;
  readonly snapshot: ModelManifest['snapshot'];
  readonly channels?: ModelManifest['channels'];
}

/**
 * Writes `model.onnx`, the `manifest.json` that says what it is, and what the trainer itself answers on some validation
 * images: `reference.json` with the inputs in `reference/`.
 */
export async function writeModel(
  folder: string,
  outcome: TrainingOutcome,
  validation: ReferenceImages,
  { seed, snapshot, channels }: ModelSource,
): Promise<void> {
  const { names } = validation.dataset;
  const manifest: ModelManifest = {
    format: 'assay.model/2',
    names: [...names],
    imageSize: outcome.network.shape.input,
    stride: Math.max(...strides),
    sha256: createHash('sha256').update(outcome.model).digest('hex'),
    trainer: { name: 'assay-embedded', version: TRAINER_VERSION, seed },
    snapshot,
    channels,
    thresholds: { confidence: bestConfidence(outcome.precision), ...SUPPRESSION },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), outcome.model);
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeReference(folder, await referenceOf(outcome.network, validation));
}

async function writeReference(folder: string, { images }: Reference): Promise<void> {
  await mkdir(join(folder, 'reference'), { recursive: true });
  const listed: { imageId: string; planes: string; answers: readonly (readonly number[])[] }[] = [];
  for (const [position, { imageId, planes, answers }] of images.entries()) {
    const file = `reference/${String(position).padStart(3, '0')}.rgb`;
    await writeFile(join(folder, file), planes);
    listed.push({ imageId, planes: file, answers });
  }
  await writeFile(
    join(folder, 'reference.json'),
    `${JSON.stringify({ format: 'assay.reference/1', images: listed })}\n`,
  );
}
