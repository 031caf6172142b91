import type { Labeling } from './ports.ts';
import { runIdOf } from './run-id.ts';

/**
 * Starts a run when at least `least` images wait. Gives the run's id, or undefined. Starting twice over the same head of
 * the queue starts one run, except on another `occasion`: the indexes lag behind, so a run may find nothing, and its name
 * is used up then.
 */
export async function startRunIfDue(
  { queue, executions }: Labeling,
  least: number,
  occasion?: string,
): Promise<string | undefined> {
  const waiting = await queue.waiting(least);
  const [head] = waiting;
  if (head === undefined || waiting.length < least) return undefined;
  const runId = runIdOf(head, occasion);
  await executions.start(runId);
  return runId;
}
