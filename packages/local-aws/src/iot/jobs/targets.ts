import { nameIn } from '../../kernel/arn.ts';
import type { Jobs } from './jobs.ts';
import { roll } from './rollout.ts';

/** The things behind a job's targets. */
export function thingsOf(jobs: Jobs, targets: string[]): string[] {
  const names = targets.flatMap((arn) => {
    const group = nameIn(jobs.kernel, arn, 'iot', 'thinggroup/');
    return group === undefined ? (nameIn(jobs.kernel, arn, 'iot', 'thing/') ?? []) : jobs.membersOf(group);
  });
  return [...new Set(names)];
}

/** Gives a thing that has come to a target the continuous jobs of that target. */
export function joinTargets(jobs: Jobs, thing: string, target: string): void {
  for (const { value: job } of jobs.records.list()) {
    if (job.status !== 'IN_PROGRESS' || !job.continuous || !job.targets.includes(target)) continue;
    if (job.pending.includes(thing) || jobs.execution(job.id, thing)) continue;
    jobs.records.put(job.id, { ...job, pending: [...job.pending, thing] });
    roll(jobs, job.id);
  }
}
