/** When a host is to be killed. */
export type Kill = KillByCalls | KillInStep;

export interface KillByCalls {
  /** When so much is done, over all lives. */
  progress: number;
  /** So many calls after that; 0 is the start of the next process, before it listens. */
  calls: number;
  /** So long after that call; 0 is before what it wrote can have been committed. */
  milliseconds: number;
}

/** The steps of the training's pipeline that are jobs, in their order. */
export const STEPS = ['PrepareDataset', 'Train', 'Evaluate'] as const;
export type Step = (typeof STEPS)[number];

export interface KillInStep {
  /** While the job of this step runs, or of one after it. */
  step: Step;
  /** When the job's process has written so many lines, or has ended; 0 is its start. */
  lines: number;
  /** So long after that; when a model is registered at the latest, before that can have been committed. */
  milliseconds: number;
}

/** When the process of a job is to be killed. */
export interface JobKill {
  step: Step;
  /** When it has written so many lines; 0 is its start. */
  lines: number;
}

export interface HostOrders {
  dataDir: string;
  port: number;
  /** What was skipped of the time so far (ms): time doesn't go back when a life ends. */
  skipped: number;
  kill?: Kill;
  /**
   * Kills the functions that make these calls, counted over those that functions make, while they wait for the answer. None
   * is killed more than twice: the third time an event is given up, here as on AWS. Its turn goes to the next that calls.
   */
  functionKills: number[];
  /** Each kills the next job of its step, one after another. */
  jobKills: JobKill[];
}

export type FromHost =
  /** It listens; so much was done before. */
  | { ready: true; progress: number }
  /** What the embedded AWS reports. */
  | { report: string }
  /** The function that was killed. */
  | { killed: string }
  /** The step whose job was killed. */
  | { killedJob: Step }
  /** What this host has come to, once it has closed: how much is done, and how many calls functions have made. */
  | { progress: number; functionCalls: number };

export type ToHost =
  | 'close'
  /** For one that was given none. */
  | { kill: Kill }
  /** Lets so many milliseconds be over. */
  | { skip: number };
