import type { Execution } from '../records.ts';
import type { Jobs } from './jobs.ts';

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);

/** The topics of a thing's jobs; those of a namespace carry it in their names. */
export function jobsTopic(thing: string, name: string, namespace: string | undefined): string {
  return `$aws/things/${thing}/jobs/${name}${namespace === undefined ? '' : `-namespace-${namespace}`}`;
}

/** The open executions of a namespace, the one that is in progress first. */
export function openIn(jobs: Jobs, thing: string, namespace: string | undefined): Execution[] {
  return jobs
    .openOf(thing)
    .filter(({ jobId }) => jobs.records.get(jobId)?.namespace === namespace)
    .toSorted((a, b) => Number(b.status === 'IN_PROGRESS') - Number(a.status === 'IN_PROGRESS'));
}

/** An execution in a list of executions. */
export function summary(execution: Execution): Record<string, unknown> {
  return {
    jobId: execution.jobId,
    queuedAt: seconds(execution.queued),
    ...(execution.started !== undefined && { startedAt: seconds(execution.started) }),
    lastUpdatedAt: seconds(execution.modified),
    executionNumber: 1,
    versionNumber: execution.version,
  };
}

/** An execution as a device gets it ("Jobs device MQTT API", JobExecution). */
export function described(jobs: Jobs, execution: Execution, withDocument = true): Record<string, unknown> {
  const document = jobs.records.get(execution.jobId)?.document ?? '{}';
  return {
    ...summary(execution),
    thingName: execution.thing,
    status: execution.status,
    statusDetails: execution.statusDetails,
    ...(withDocument && { jobDocument: JSON.parse(document) }),
  };
}

/** Tells a thing which of its executions are open, and which is next. */
export function notifyThing(jobs: Jobs, thing: string, namespace: string | undefined): void {
  const open = openIn(jobs, thing, namespace);
  const timestamp = seconds(jobs.kernel.clock.now());
  const lists: Record<string, unknown[]> = {};
  for (const execution of open) {
    lists[execution.status] ??= [];
    lists[execution.status]?.push(summary(execution));
  }
  jobs.publish(jobsTopic(thing, 'notify', namespace), { timestamp, jobs: lists });
  const [next] = open;
  jobs.publish(jobsTopic(thing, 'notify-next', namespace), { timestamp, execution: next ? described(jobs, next) : {} });
}
