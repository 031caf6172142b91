import type { ModelManifest } from '@assay/inspector-core';
import type { Confusion } from '@assay/vision';
import type { Leaks } from '../leaks.ts';
import type { Measurement } from '../measurement.ts';
import type { OperatingPoint } from '../operating-point.ts';
import type { Parity } from '../parity/parity.ts';

/** Digests of the archives that a model was made from, or of those that PrepareDataset wrote. */
export interface ChannelDigests {
  readonly train: string;
  readonly validation: string;
}

/** All that was found out about a model; the gate's rules judge nothing else. */
export interface Findings {
  /** Class names of the data set, by id. */
  readonly names: readonly string[];
  /** The model as it would go to the line. */
  readonly manifest: ModelManifest;
  /** What PrepareDataset wrote, and of which snapshot. */
  readonly prepared: { readonly channels: ChannelDigests; readonly snapshotSha256: string };
  readonly leaks: Leaks;
  readonly operatingPoint: OperatingPoint;
  /** The model on the split on which its threshold was chosen. */
  readonly validation: Measurement;
  /** The model on the test split, at its threshold. */
  readonly test: Measurement;
  /** On the test split, at the threshold. */
  readonly confusion: Confusion;
  /** The approved model that it would replace, on the same test split; undefined when there is none. */
  readonly champion: MeasuredChampion | undefined;
  /** Undefined where the trainer left nothing to compare with. */
  readonly parity: Parity | undefined;
}

export interface MeasuredChampion {
  readonly modelPackageArn: string;
  /** Its own class names. */
  readonly names: readonly string[];
  readonly test: Measurement;
}
