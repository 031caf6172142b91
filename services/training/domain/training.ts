import { createHash } from 'node:crypto';
import type { Metadata } from '@assay/events';

export type TrainingReason = 'enough-labels' | 'schedule' | 'requested';

/** Where the labels can be queried, as `LabelsStored` said. */
export interface LabelSource {
  readonly catalog: string;
  readonly database: string;
  readonly table: string;
  readonly workGroup: string;
  readonly queryOutput: string;
}

/** A training that is to be, or was, started. */
export interface Training {
  /** Made of what it is started for, so that the same thing is never started twice. 64 characters. */
  readonly token: string;
  readonly reason: TrainingReason;
  /** Labels as they were at this instant. */
  readonly asOf: string;
  /** How many labels were approved since the training before. */
  readonly approvedLabels: number;
  /** How many records the store has of that instant, at least: a dataset is not made of fewer. */
  readonly storedRecords: number;
  /** The event that led to it; none when the clock did. */
  readonly cause?: Metadata;
}

/** What has become of a training so far. */
export interface TrainingRecord extends Training {
  readonly executionArn?: string;
  /** Envelope of its `TrainingStarted`. */
  readonly announced?: Metadata;
}

/** Training on the labels of an instant is one thing, whoever asks the clock or the labels for it. */
export function labelToken(asOf: string): string {
  return digest('labels', asOf);
}

export function requestToken(request: { requestedBy: string; reason: string; asOf: string }): string {
  return digest('request', request.requestedBy, request.reason, request.asOf);
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
