import type { Clock } from '../clock.ts';

export interface ManualClock extends Clock {
  advance(milliseconds: number): void;
}

/** A clock that stands still until a test moves it. */
export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let time = start;
  let tasks: { due: number; task: () => void }[] = [];
  return {
    now: () => time,
    after(milliseconds, task) {
      const entry = { due: time + milliseconds, task };
      tasks.push(entry);
      return () => {
        tasks = tasks.filter((other) => other !== entry);
      };
    },
    advance(milliseconds) {
      time += milliseconds;
      const due = tasks.filter((entry) => entry.due <= time).toSorted((a, b) => a.due - b.due);
      tasks = tasks.filter((entry) => entry.due > time);
      for (const { task } of due) task();
    },
  };
}
