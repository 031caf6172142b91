import type { Clock } from '../kernel/clock.ts';

/** Wakes those who wait for a queue's messages, at once when one may have come. */
export class Arrivals {
  readonly #waiting = new Map<string, Set<() => void>>();
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  /** A message of this queue may be visible now. */
  announce(queue: string): void {
    for (const wake of [...(this.#waiting.get(queue) ?? [])]) wake();
  }

  /** Resolves at the next announcement, after `milliseconds`, when `signal` aborts, or when all is closed. */
  async wait(queue: string, milliseconds: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (this.#closed || signal.aborted) return;
    const waiting = this.#waiting.get(queue) ?? new Set();
    this.#waiting.set(queue, waiting);
    await new Promise<void>((resolve) => {
      const wake = () => {
        cancel();
        waiting.delete(wake);
        if (waiting.size === 0 && this.#waiting.get(queue) === waiting) this.#waiting.delete(queue);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = clock.after(milliseconds, wake);
      waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  close(): void {
    this.#closed = true;
    for (const queue of [...this.#waiting.keys()]) this.announce(queue);
  }
}
