/** A way for an event to come to a function. */
export interface Contestant {
  name: string;
  /** Sends one event; resolves when it was acknowledged, which is mostly before it has come to the function. */
  send(id: string): Promise<void>;
}

/** Contestants of one implementation, and how to end it. */
export interface Side {
  contestants: Contestant[];
  close(): Promise<void>;
}
