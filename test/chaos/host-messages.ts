/** When a host is to be killed. */
export interface Kill {
  /** When so much is done, over all lives. */
  progress: number;
  /** So many calls after that; 0 is the start of the next process, before it listens. */
  calls: number;
  /** So long after that call; 0 is before what it wrote can have been committed. */
  milliseconds: number;
}

export interface HostOrders {
  dataDir: string;
  port: number;
  kill?: Kill;
  /**
   * Kills the functions that make these calls, counted over those that functions make, while they wait for the answer. None
   * is killed more than twice: the third time an event is given up, here as on AWS. Its turn goes to the next that calls.
   */
  functionKills: number[];
}

export type FromHost =
  /** It listens; so much was done before. */
  | { ready: true; progress: number }
  /** What the embedded AWS reports. */
  | { report: string }
  /** The function that was killed. */
  | { killed: string }
  /** What this host has come to, once it has closed: how much is done, and how many calls functions have made. */
  | { progress: number; functionCalls: number };

export type ToHost =
  | 'close'
  /** Lets so many milliseconds be over. */
  | { skip: number };
