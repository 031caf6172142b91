import type { Detection } from '@assay/vision';
import type { Dataset } from '../dataset/dataset.ts';
import type { ParameterLayout } from '../network/parameter-layout.ts';
import type { Shard } from '../optimizer/shards.ts';
import type { BatchShape } from './batch.ts';
import type { TrainingSettings } from './settings.ts';
import type { SharedBuffers } from './shared-state.ts';

/** What a worker is started with. Shared buffers are shared, the rest is copied. */
export interface WorkerAssignment {
  readonly worker: number;
  readonly settings: TrainingSettings;
  readonly batchShape: BatchShape;
  /** The training graph. */
  readonly model: Uint8Array;
  readonly statisticsSlots: ParameterLayout['statistics'];
  readonly shard: Shard;
  readonly training: Dataset;
  readonly validation: Dataset;
  readonly buffers: SharedBuffers;
  readonly control: SharedArrayBuffer;
}

export type WorkerRequest =
  /** Take the steps `from` … `to` − 1. */
  | { readonly kind: 'train'; readonly from: number; readonly to: number }
  /** Detect on the validation images `from` … `to` − 1 with an exported model. */
  | { readonly kind: 'detect'; readonly model: Uint8Array; readonly from: number; readonly to: number }
  | { readonly kind: 'close' };

/** Milliseconds that a worker spent on each part of its steps. */
export interface StepTimings {
  augment: number;
  compute: number;
  update: number;
  wait: number;
}

/** Averages over the steps since the last report. */
export interface StepReport {
  /** Steps taken since the run began, in all. */
  readonly step: number;
  readonly classLoss: number;
  readonly boxLoss: number;
  readonly learningRate: number;
}

export type WorkerReply =
  | { readonly kind: 'ready' }
  /** Of the first worker, after each of its steps: `step` were taken in all. */
  | { readonly kind: 'stepped'; readonly step: number }
  | { readonly kind: 'progress'; readonly report: StepReport }
  /** `step`: where it stands; less than asked for when a stop was requested. */
  | { readonly kind: 'trained'; readonly step: number; readonly timings: StepTimings }
  | { readonly kind: 'detected'; readonly detections: readonly (readonly Detection[])[] };
