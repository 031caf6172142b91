import type { Metadata } from '@assay/events';
import type { LabelSource, Training, TrainingRecord } from './training.ts';
import type { TrainingOutcome } from './training-outcome.ts';

/** A run of the labeling service whose labels are stored. */
export interface StoredRun {
  readonly runId: string;
  /** A query as of this instant sees all of its labels. */
  readonly asOf: string;
  readonly approved: number;
  /** Its records, approved and rejected. */
  readonly stored: number;
}

/** Who holds the right to train: one at a time. */
export interface TrainingLock {
  readonly token: string;
  /** When it was taken. */
  readonly since: string;
}

/** What the service remembers. Writing the same thing again changes nothing. */
export interface TrainingState {
  /** Counts a run once, whatever is said of it later; one that has more records than before counts anew. */
  recordRun(run: StoredRun, source: LabelSource): Promise<void>;
  /** Where the newest labels are; undefined before the first. */
  labelSource(): Promise<LabelSource | undefined>;
  /** Labels approved since the instant of the newest training, and the instant as of which all of them are seen. */
  newLabels(): Promise<{ approved: number; asOf: string } | undefined>;
  /** How many records the runs up to an instant have stored. */
  storedRecords(asOf: string): Promise<number>;

  /** @returns the lock, whether it was free or held by this very training; otherwise undefined */
  acquireLock(token: string, now: string): Promise<TrainingLock | undefined>;
  currentLock(): Promise<TrainingLock | undefined>;
  /** Does nothing when another training holds the lock. */
  releaseLock(token: string): Promise<void>;

  training(token: string): Promise<TrainingRecord | undefined>;
  trainingOf(executionArn: string): Promise<TrainingRecord | undefined>;
  /** Keeps what is known already. */
  recordTraining(training: Training): Promise<void>;
  recordExecution(token: string, executionArn: string): Promise<void>;
  recordAnnouncement(token: string, announced: Metadata): Promise<void>;
  /** From here on labels up to this instant aren't new any more. */
  advanceTo(asOf: string): Promise<void>;

  isConcluded(executionArn: string): Promise<boolean>;
  conclude(executionArn: string, outcome: TrainingOutcome['kind']): Promise<void>;

  /** Keeps a request for when the training that runs is over. */
  postpone(training: Training): Promise<void>;
  /** The oldest one. */
  postponed(): Promise<Training | undefined>;
  settle(training: Training): Promise<void>;
}

export interface TrainingPipeline {
  /** Starting the same training again gives the same execution. @returns its ARN */
  start(training: Training, source: LabelSource): Promise<string>;
  isRunning(executionArn: string): Promise<boolean>;
  outcome(executionArn: string): Promise<TrainingOutcome>;
}

export interface Announcer {
  started(training: Training, executionArn: string): Promise<Metadata>;
  concluded(outcome: TrainingOutcome, cause: Metadata | undefined): Promise<void>;
}

/** Everything that the use cases need of the world. */
export interface World {
  readonly state: TrainingState;
  readonly pipeline: TrainingPipeline;
  readonly announcer: Announcer;
  readonly now: () => Date;
  /** How many labels have to be new before a training starts by itself. */
  readonly minimumNewLabels: number;
}
