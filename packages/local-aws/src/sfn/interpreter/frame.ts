import type { Json, JsonObject } from '../json.ts';
import type { Failure } from './failure.ts';

/** Where a frame's state stands. */
export type Phase =
  /** Entered; what it does is decided by the next step. */
  | 'enter'
  /** Waits for time to pass. */
  | 'wait'
  /** A task runs. */
  | 'task'
  /** A task has submitted a job and waits for its end. */
  | 'job'
  /** Branches or iterations run. */
  | 'fork'
  /** A catcher has taken an error. */
  | 'caught';

/** What a Parallel or Map keeps while its children run. */
export interface Fork {
  kind: 'Parallel' | 'Map';
  /** The children's inputs: one per branch or item. */
  inputs: Json[];
  /** A Map's items, before `ItemSelector` made inputs of them. */
  items?: Json[];
  /** The first input that has no child yet. */
  next: number;
  concurrency: number;
  results: Json[];
  /** Which children have succeeded; with the failed ones, as many as `settled`. */
  done: boolean[];
  settled: number;
  failures: number;
  /** How many failed iterations are too many; undefined: none is tolerated, and the first one's error is the state's. */
  tolerated?: number;
}

/**
 * One thread of an execution: the top level, a branch, or an iteration. All that is needed to go on after a restart;
 * each step replaces it in one transaction, and counts `seq` up, so that a step or timer meant for an earlier moment
 * finds itself out of date.
 */
export interface Frame {
  id: string;
  executionArn: string;
  seq: number;
  /** The way to its block of states in the definition, e.g. `['States', 'Fan', 'ItemProcessor']`. */
  block: (string | number)[];
  parent?: string;
  /** The number of its branch or iteration. */
  index?: number;
  state: string;
  phase: Phase;
  input: Json;
  variables: JsonObject;
  /** Milliseconds since the epoch. */
  enteredAt: number;
  /** The history's event of entering, and the last one. */
  enteredEvent: number;
  lastEvent: number;
  /** How often each retrier has retried, since the state was entered. */
  retries: number[];
  /** The item of the Map that this frame, or one around it, iterates over. */
  item?: { index: number; value: Json };
  /** A task's evaluated arguments. */
  arguments?: Json;
  /** When the wait ends, or the task began (ms since the epoch). */
  at?: number;
  /** The labeling job that is waited for. */
  job?: string;
  fork?: Fork;
  caught?: { catcher: number; failure: Failure };
}
