import { createHash } from 'node:crypto';
import type { CocoEvaluation } from '@assay/vision';
import { type Dataset, DatasetReader, datasetDigest } from '../dataset/dataset.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { TrainingSettings } from './settings.ts';
import type { StepReport } from './worker-protocol.ts';

/** Raised when two versions of this trainer would not learn the same from the same settings. */
export const TRAINER_VERSION = '9';

/** What was handed in can't be trained on, or doesn't fit the checkpoint; the message says what to do. */
export class TrainingRefused extends Error {
  override readonly name = 'TrainingRefused';
}

export interface TrainingInput {
  readonly settings: TrainingSettings;
  readonly training: Dataset;
  /** Same classes and image size; may be empty, then the last model is kept instead of the best. */
  readonly validation: Dataset;
  /** Ends the run after the step under way when this much time was spent, counted over all resumptions. */
  readonly maxSeconds?: number;
  /** Where an earlier run with the same input stopped. */
  readonly resumeFrom?: Checkpoint;
  /** Ends the run after the step under way, with a checkpoint. */
  readonly stop?: AbortSignal;
  /** Milliseconds from some fixed point on. */
  readonly now?: () => number;
  readonly onStep?: (report: StepReport & { readonly imagesPerSecond: number }) => void;
  readonly onMeasured?: (measurement: Measurement) => void;
  readonly saveCheckpoint?: (checkpoint: Checkpoint) => Promise<void>;
}

/** The averaged weights' precision on the validation images. */
export interface Measurement {
  readonly step: number;
  readonly precision: CocoEvaluation;
}

/** @throws TrainingRefused saying what can't be trained on */
export function checkInput({ settings, training, validation }: TrainingInput): void {
  if (training.count === 0) throw new TrainingRefused('there are no training images: label some first');
  if (new Uint32Array(training.truthOffsets)[training.count] === 0) {
    throw new TrainingRefused('no training image has a labelled object: there is nothing to learn');
  }
  if (training.imageSize % 32 !== 0) {
    throw new TrainingRefused(`the image size is ${training.imageSize}; the network needs a multiple of 32`);
  }
  const same = JSON.stringify(training.names) === JSON.stringify(validation.names);
  if (!same || training.imageSize !== validation.imageSize) {
    throw new TrainingRefused(
      'training and validation images differ in their classes or size: make both from one snapshot',
    );
  }
  for (const name of ['steps', 'workers', 'batchPerWorker', 'validateEvery', 'patience', 'checkpointEvery'] as const) {
    const value = settings[name];
    if (!Number.isInteger(value) || value < 1)
      throw new TrainingRefused(`${name} is ${value}; give a whole number from 1`);
  }
}

/** Images of a mosaic besides the first. */
const OTHERS = 3;
/** Of the images with objects, the share that has no more than there are slots for each of these. */
const USUAL = 0.95;

/** A mosaic shows the objects of four images; those beyond the slots are left out. */
export function truthSlots({ settings, training }: Pick<TrainingInput, 'settings' | 'training'>): number {
  const counts = new DatasetReader(training).truthCounts.filter((count) => count > 0).sort();
  const most = counts.at(-1) ?? 0;
  const usual = counts[Math.ceil(USUAL * counts.length) - 1] ?? 0;
  return settings.augmentation.mosaic > 0 ? most + OTHERS * usual : most;
}

/** Identifies a run: what is the same in it learns the same. */
export function fingerprint({ settings, training, validation }: TrainingInput): string {
  const digests = [datasetDigest(training), datasetDigest(validation)];
  return createHash('sha256')
    .update(JSON.stringify([TRAINER_VERSION, settings, digests]))
    .digest('hex');
}
