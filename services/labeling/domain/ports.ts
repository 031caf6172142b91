import type { ImageRef, LabelingFailure, LabelOutcome } from '@assay/events';
import type { LabelingSettings } from './settings.ts';

/** An image in the queue, with what is to be known of it to label it. */
export interface QueuedImage {
  readonly image: ImageRef;
  /** 1 for the first time that it is labelled. */
  readonly attempt: number;
  /** ISO. When it was queued, this time. */
  readonly queuedAt: string;
}

/** What becomes of an image that a run lets go of. */
export type NextState =
  | { readonly state: 'labeled' | 'failed' }
  | { readonly state: 'waiting'; readonly attempt: number; readonly queuedAt: string };

/** How an image is known. */
export interface KnownImage {
  readonly state: 'waiting' | 'labeling' | 'labeled' | 'failed';
  /** The run that has it, or had it last. */
  readonly runId?: string | undefined;
}

/** Writes to the queue at once: the table takes many more, a function's sockets don't. */
export const WRITES_AT_ONCE = 16;

/** The images that this service knows: waiting, being labelled by one run, labelled, or failed. */
export interface ImageQueue {
  find(imageId: string): Promise<KnownImage | undefined>;
  /** Adds an image that waits; false when it is known already, whatever has become of it. */
  add(image: ImageRef, queuedAt: string): Promise<boolean>;
  /** Adds an image as taken by a run at once, unless it is known already. Gives how it is known then. */
  take(image: ImageRef, runId: string, at: string): Promise<KnownImage>;
  /** Waiting images, the longest waiting first. */
  waiting(limit: number): Promise<QueuedImage[]>;
  /** Takes a waiting image for a run; true as well when this run has it already. */
  claim(imageId: string, runId: string): Promise<boolean>;
  /** The images that a run has taken and not let go of. */
  claimedBy(runId: string): Promise<QueuedImage[]>;
  /** Lets go of an image, if the run still has it; false when it hasn't. */
  settle(imageId: string, runId: string, next: NextState): Promise<boolean>;
}

/** The service's bucket. */
export interface RunFiles {
  /** The `s3://` URI of a key. */
  uri(key: string): string;
  /** Writes under `key`, and gives the `s3://` URI. */
  write(key: string, content: string): Promise<string>;
  /** Writes content under a name made of its digest, so that what a job was given never changes. */
  writeByContent(folder: string, extension: string, content: string): Promise<string>;
  read(uri: string): Promise<string>;
  /** The text of the annotations that somebody has left for an image; undefined when there are none. */
  imported(imageId: string): Promise<string | undefined>;
}

export interface Executions {
  /** Starts a run; does nothing when a run of this name was started before. */
  start(runId: string): Promise<void>;
}

/** Says the service's events, their lists in full. */
export interface Speaker {
  started(data: {
    runId: string;
    executionArn: string;
    images: { items: { imageId: string; attempt: number }[] };
  }): Promise<void>;
  approved(data: {
    runId: string;
    labelingJob: string;
    verificationJob: string;
    labels: { items: LabelOutcome[] };
  }): Promise<void>;
  failed(data: { runId: string; images: { items: LabelingFailure[] } }): Promise<void>;
}

/** What the service works with. */
export interface Labeling {
  readonly queue: ImageQueue;
  readonly files: RunFiles;
  readonly executions: Executions;
  readonly speaker: Speaker;
  readonly settings: LabelingSettings;
  readonly now: () => Date;
}
