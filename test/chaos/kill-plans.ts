import { randomStream, wholeBetween } from '../../packages/synthetic-tags/src/random.ts';
import type { JobKill, Kill, Step } from './host-messages.ts';

/** When and how whom to kill is drawn from a seed, here. */

/** One kill in each of so many equal parts of the work, at an instant that is drawn; the last leave something to do. */
export function killsSpreadOver(kills: number, before: number, after: number, seed: number): Kill[] {
  const random = randomStream('kills', seed);
  return Array.from({ length: kills }, (_, index): Kill => {
    const progress = Math.floor(before + (0.9 * (after - before) * (index + random())) / kills);
    // One in ten while it starts again.
    if (random() < 0.1) return { progress, calls: 0, milliseconds: wholeBetween(random, 0, 1500) };
    return { progress, calls: wholeBetween(random, 1, 20), milliseconds: momentAfter(random) };
  });
}

/** Not a moment, or a few: before what a call wrote can have been committed, or amid what follows from it. */
const momentAfter = (random: () => number) => (random() < 0.4 ? 0 : wholeBetween(random, 1, 40));

/** One function call in each of so many equal parts of all of them. */
export function killsOfFunctions(kills: number, calls: number, seed: number): number[] {
  const random = randomStream('function kills', seed);
  const share = calls / kills;
  return Array.from({ length: kills }, (_, index) =>
    wholeBetween(random, Math.ceil(index * share) + 1, Math.floor((index + 1) * share)),
  );
}

/** About as many lines as a job writes: of the training, in the short form. */
const LINES: Record<Step, number> = { PrepareDataset: 7, Train: 16, Evaluate: 3 };

/** One job of each step, before it has written its last line. */
export function killsOfJobs(steps: readonly Step[], seed: number): JobKill[] {
  const random = randomStream('job kills', seed);
  return steps.map((step) => ({ step, lines: wholeBetween(random, 0, Math.ceil(LINES[step] / 2)) }));
}

/** A fifth of the kills while the data is prepared, a fifth while the model is measured, the others while it learns. */
export function killsInSteps(kills: number, seed: number): Kill[] {
  const random = randomStream('kills of trainings', seed);
  return Array.from({ length: kills }, (_, index) => {
    const share = (index + 0.5) / kills;
    const step = share < 0.2 ? 'PrepareDataset' : share < 0.8 ? 'Train' : 'Evaluate';
    return { step, lines: wholeBetween(random, 0, LINES[step] + 1), milliseconds: wholeBetween(random, 0, 200) };
  });
}

/** One after another, every few calls. */
export function killsOnTheWay(kills: number, seed: number): Kill[] {
  const random = randomStream('kills of a rollout', seed);
  return Array.from({ length: kills }, () => ({
    progress: 0,
    calls: wholeBetween(random, 1, 12),
    milliseconds: momentAfter(random),
  }));
}
