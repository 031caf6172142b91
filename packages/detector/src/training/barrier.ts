/** Places in the control block that all workers share. */
const ARRIVED = 0;
const GENERATION = 1;
const STOP_REQUESTED = 2;
const STOP_AGREED = 3;
const INTERRUPTED = 4;
const LENGTH = 5;

export function createControlBlock(): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * LENGTH);
}

/** Asks the workers to stop after the step that they are at. */
export function requestStop(control: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(control), STOP_REQUESTED, 1);
}

/** Asks the workers to stop whatever they are at: training after a step, detecting after an image. */
export function interrupt(control: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(control), INTERRUPTED, 1);
  requestStop(control);
}

export function isInterrupted(control: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(control), INTERRUPTED) === 1;
}

/** A meeting point for a fixed number of threads; each thread makes its own over the shared control block. */
export class Barrier {
  readonly #control: Int32Array;
  readonly #threads: number;

  constructor(control: SharedArrayBuffer, threads: number) {
    this.#control = new Int32Array(control);
    this.#threads = threads;
  }

  /** Blocks until all threads have arrived. */
  meet(): void {
    const generation = Atomics.load(this.#control, GENERATION);
    if (Atomics.add(this.#control, ARRIVED, 1) === this.#threads - 1) {
      Atomics.store(this.#control, ARRIVED, 0);
      Atomics.add(this.#control, GENERATION, 1);
      Atomics.notify(this.#control, GENERATION);
      return;
    }
    while (Atomics.load(this.#control, GENERATION) === generation) {
      Atomics.wait(this.#control, GENERATION, generation);
    }
  }

  /**
   * Meets, and tells all threads alike whether to stop: a request that arrives while some are already past the meeting
   * must not part them.
   *
   * @param leads exactly one thread leads
   */
  meetAndAskToStop(leads: boolean): boolean {
    if (leads) Atomics.store(this.#control, STOP_AGREED, Atomics.load(this.#control, STOP_REQUESTED));
    this.meet();
    return Atomics.load(this.#control, STOP_AGREED) === 1;
  }
}
