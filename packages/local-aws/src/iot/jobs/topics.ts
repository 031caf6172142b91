import { z } from 'zod';
import type { Jobs } from './jobs.ts';
import { described, openIn, summary } from './notify.ts';
import { JobRequestError, updateExecution, updateSchema } from './update.ts';

interface JobTopic {
  thing: string;
  /** `$next`, a job's id, or none for a list. */
  jobId: string | undefined;
  namespace: string | undefined;
  operation: string;
}

const TOPIC =
  /^\$aws\/things\/(?<thing>[^/]+)\/jobs\/(?:(?<job>[^/]+)\/)?(?:namespace-(?<namespace>[^/]+)\/)?(?<operation>get|update|start-next)$/;

/** Reads a topic of the Jobs MQTT API on which devices make requests; undefined when it is another topic. */
export function jobTopic(topic: string): JobTopic | undefined {
  const groups = TOPIC.exec(topic)?.groups;
  if (!groups?.thing || !groups.operation) return undefined;
  const { thing, job, namespace, operation } = groups;
  // `jobs/namespace-x/get`: the optional job's place was taken by the namespace.
  const listed = job?.startsWith('namespace-') && namespace === undefined;
  return {
    thing,
    jobId: listed ? undefined : job,
    namespace: listed ? job?.slice('namespace-'.length) : namespace,
    operation,
  };
}

const requestSchema = z.looseObject({ clientToken: z.string().optional(), includeJobDocument: z.boolean().optional() });

/** Carries a device's request out and publishes the answer beside its topic (`/accepted` or `/rejected`). */
export function answerJobRequest(jobs: Jobs, topic: string, at: JobTopic, payload: Buffer): void {
  const timestamp = Math.floor(jobs.kernel.clock.now() / 1000);
  let clientToken: string | undefined;
  try {
    const request = parsed(payload);
    clientToken = request.clientToken;
    const answer = perform(jobs, at, request);
    jobs.publish(`${topic}/accepted`, { clientToken, timestamp, ...answer });
  } catch (error) {
    if (!(error instanceof JobRequestError)) throw error;
    jobs.publish(`${topic}/rejected`, { clientToken, timestamp, code: error.code, message: error.message });
  }
}

function parsed(payload: Buffer): z.infer<typeof requestSchema> {
  try {
    const text = payload.toString('utf8');
    return requestSchema.parse(text === '' ? {} : JSON.parse(text));
  } catch (error) {
    throw new JobRequestError('InvalidJson', `the request is not a JSON object: ${String(error)}`);
  }
}

function perform(jobs: Jobs, at: JobTopic, request: z.infer<typeof requestSchema>): Record<string, unknown> {
  const { thing, namespace, jobId, operation } = at;
  const open = () => openIn(jobs, thing, namespace);
  if (operation === 'get' && jobId === undefined) {
    const of = (status: string) =>
      open()
        .filter((execution) => execution.status === status)
        .map(summary);
    return { inProgressJobs: of('IN_PROGRESS'), queuedJobs: of('QUEUED') };
  }
  if (operation === 'start-next' && jobId === undefined) {
    const [next] = open();
    if (!next) return {};
    return { execution: described(jobs, updateExecution(jobs, next, { status: 'IN_PROGRESS' })) };
  }
  if (operation === 'get') {
    const [next] = open();
    if (jobId === '$next') return next ? { execution: described(jobs, next, request.includeJobDocument ?? true) } : {};
    return { execution: described(jobs, required(jobs, at), request.includeJobDocument ?? true) };
  }
  if (operation !== 'update' || jobId === undefined) throw new JobRequestError('InvalidTopic', 'no such operation');
  const update = updateSchema.safeParse(request);
  if (!update.success) throw new JobRequestError('InvalidRequest', z.prettifyError(update.error));
  const updated = updateExecution(jobs, required(jobs, at), update.data);
  const { status, statusDetails, version: versionNumber } = updated;
  return {
    ...(update.data.includeJobExecutionState && { executionState: { status, statusDetails, versionNumber } }),
    ...(update.data.includeJobDocument && { jobDocument: JSON.parse(jobs.records.get(jobId)?.document ?? '{}') }),
  };
}

function required(jobs: Jobs, { jobId = '', thing, namespace }: JobTopic) {
  const execution = jobs.records.get(jobId)?.namespace === namespace ? jobs.execution(jobId, thing) : undefined;
  if (!execution) throw new JobRequestError('ResourceNotFound', `${thing} has no job ${jobId}`);
  return execution;
}
