/** Time, handed in so that retries and schedules are tested in no time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once after `milliseconds`; the returned function cancels it. */
  after(milliseconds: number, task: () => void): () => void;
}

/** `setTimeout` overflows above 2^31-1 ms and would fire at once. */
const LONGEST_TIMEOUT = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, task) {
    const timer = setTimeout(task, Math.min(Math.max(0, milliseconds), LONGEST_TIMEOUT));
    return () => clearTimeout(timer);
  },
};

export interface ManualClock extends Clock {
  /** Moves time forward, running what falls due in order; between two tasks pending promises settle. */
  advance(milliseconds: number): Promise<void>;
}

/** A clock that stands still until a test moves it. */
export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let time = start;
  let tasks: { due: number; task: () => void }[] = [];
  return {
    now: () => time,
    after(milliseconds, task) {
      const entry = { due: time + Math.max(0, milliseconds), task };
      tasks.push(entry);
      return () => {
        tasks = tasks.filter((other) => other !== entry);
      };
    },
    async advance(milliseconds) {
      const end = time + milliseconds;
      // What was begun at this instant may still set its timers.
      await settled();
      for (;;) {
        const next = tasks.filter((entry) => entry.due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        tasks = tasks.filter((entry) => entry !== next);
        time = next.due;
        next.task();
        await settled();
      }
      time = end;
      await settled();
    },
  };
}

/** Lets promises, immediates and what they do with files run (the store's group commit is all three). */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (process.getActiveResourcesInfo().includes('FSReqPromise')) turn = -1;
  }
}
