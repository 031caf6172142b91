import type { Clock } from '../../kernel/clock.ts';

/** The shortest and the longest pause between two looks at a job, in ms. */
const SHORTEST = 200;
const LONGEST = 5000;

/**
 * Looks at jobs until they have ended: soon at first, then ever less often, in proportion to how long it has taken
 * already. In memory only: which jobs are waited for is in the store, and taken up again after a restart.
 */
export class JobWatch {
  readonly #clock: Clock;
  readonly #look: (id: string) => Promise<'ended' | 'runs'>;
  readonly #report: (message: string, error: unknown) => void;
  readonly #cancels = new Map<string, () => void>();
  #closed = false;

  constructor(
    clock: Clock,
    look: (id: string) => Promise<'ended' | 'runs'>,
    report: (message: string, error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#look = look;
    this.#report = report;
  }

  /** Begins to look at what `id` waits for. */
  watch(id: string, since = this.#clock.now()): void {
    if (this.#closed || this.#cancels.has(id)) return;
    const pause = Math.min(LONGEST, Math.max(SHORTEST, (this.#clock.now() - since) / 20));
    const cancel = this.#clock.after(pause, () => void this.#turn(id, since));
    this.#cancels.set(id, cancel);
  }

  async #turn(id: string, since: number): Promise<void> {
    let runs = true;
    try {
      runs = (await this.#look(id)) === 'runs';
    } catch (error) {
      this.#report(`looking at the job of ${id} failed and will be tried again`, error);
    }
    this.#cancels.delete(id);
    if (runs) this.watch(id, since);
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#cancels.values()) cancel();
  }
}
