import { notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { alreadyExists, checkName, invalid, required } from '../errors.ts';
import { cancelJob as cancel, roll } from '../jobs/rollout.ts';
import { thingsOf } from '../jobs/targets.ts';
import { page } from '../pages.ts';
import type { AbortCriterion, Execution, ExecutionStatus, Job, Rollout } from '../records.ts';
import { groupOf, type Iot, jobArn, thingArn, thingOf } from '../state.ts';

type CreateJobInput = Parameters<Operation<'iot', 'CreateJob', Iot>>[0];

const FASTEST = 1000;

export const createJob: Operation<'iot', 'CreateJob', Iot> = (input, _request, iot) => {
  const { jobId = '', targets = [], document, namespaceId, description } = input;
  checkName('jobId', jobId);
  if (document === undefined) throw notImplemented('IoT: jobs without a document of their own (documentSource)');
  if (input.schedulingConfig || input.jobExecutionsRetryConfig || input.presignedUrlConfig || input.jobTemplateArn)
    throw notImplemented('IoT: schedules, retries, presigned URLs and templates of jobs');
  if (targets.length === 0)
    throw invalid(
      "1 validation error detected: Value '[]' at 'targets' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  if (iot.jobs.records.get(jobId)) throw alreadyExists(`Job ${jobId}`, jobArn(iot.kernel, jobId));
  for (const arn of targets) required(groupOf(iot, arn) ?? thingOf(iot, arn), arn);
  const now = iot.kernel.clock.now();
  const job: Job = {
    id: jobId,
    document,
    targets,
    continuous: input.targetSelection === 'CONTINUOUS',
    namespace: namespaceId,
    description,
    status: 'IN_PROGRESS',
    rollout: rolloutOf(input),
    abort: abortOf(input),
    timeout: input.timeoutConfig?.inProgressTimeoutInMinutes,
    pending: thingsOf(iot.jobs, targets),
    created: now,
    modified: now,
  };
  iot.jobs.records.put(jobId, job);
  roll(iot.jobs, jobId);
  return { jobArn: jobArn(iot.kernel, jobId), jobId, description };
};

function rolloutOf({ jobExecutionsRolloutConfig: config }: CreateJobInput): Rollout {
  const rate = config?.exponentialRate;
  const criteria = rate?.rateIncreaseCriteria;
  const succeeded = criteria?.numberOfSucceededThings;
  return {
    maximumPerMinute: config?.maximumPerMinute ?? FASTEST,
    exponential: rate && {
      base: rate.baseRatePerMinute ?? 1,
      factor: rate.incrementFactor ?? 1,
      every: succeeded ?? criteria?.numberOfNotifiedThings ?? 1,
      counting: succeeded === undefined ? 'notified' : 'succeeded',
    },
  };
}

function abortOf({ abortConfig }: CreateJobInput): AbortCriterion[] {
  return (abortConfig?.criteriaList ?? []).map(
    ({ failureType = 'ALL', thresholdPercentage = 100, minNumberOfExecutedThings = 1 }) => ({
      failureType,
      threshold: thresholdPercentage,
      minimum: minNumberOfExecutedThings,
    }),
  );
}

export const describeJob: Operation<'iot', 'DescribeJob', Iot> = ({ jobId = '' }, _request, iot) => {
  const job = required(iot.jobs.records.get(jobId), `Job ${jobId}`);
  const executions = iot.jobs.ofJob(jobId);
  const count = (status: ExecutionStatus) => executions.filter((execution) => execution.status === status).length;
  return {
    job: {
      jobArn: jobArn(iot.kernel, jobId),
      jobId,
      targetSelection: job.continuous ? 'CONTINUOUS' : 'SNAPSHOT',
      status: job.status,
      reasonCode: job.reasonCode,
      comment: job.comment,
      targets: job.targets,
      description: job.description,
      namespaceId: job.namespace,
      createdAt: new Date(job.created),
      lastUpdatedAt: new Date(job.modified),
      completedAt: job.completed === undefined ? undefined : new Date(job.completed),
      jobProcessDetails: {
        numberOfCanceledThings: count('CANCELED'),
        numberOfSucceededThings: count('SUCCEEDED'),
        numberOfFailedThings: count('FAILED'),
        numberOfRejectedThings: count('REJECTED'),
        numberOfQueuedThings: count('QUEUED'),
        numberOfInProgressThings: count('IN_PROGRESS'),
        numberOfRemovedThings: 0,
        numberOfTimedOutThings: count('TIMED_OUT'),
      },
      timeoutConfig: job.timeout === undefined ? undefined : { inProgressTimeoutInMinutes: job.timeout },
    },
  };
};

export const cancelJob: Operation<'iot', 'CancelJob', Iot> = (
  { jobId = '', reasonCode, comment, force = false },
  _request,
  iot,
) => {
  const job = required(iot.jobs.records.get(jobId), `Job ${jobId}`);
  if (job.status === 'COMPLETED') throw invalid(`Job ${jobId} is completed and cannot be cancelled.`);
  cancel(iot.jobs, job, { reasonCode, comment, force });
  return { jobArn: jobArn(iot.kernel, jobId), jobId, description: job.description };
};

const summaryOf = (execution: Execution) => ({
  status: execution.status,
  queuedAt: new Date(execution.queued),
  startedAt: execution.started === undefined ? undefined : new Date(execution.started),
  lastUpdatedAt: new Date(execution.modified),
  executionNumber: 1,
});

export const describeJobExecution: Operation<'iot', 'DescribeJobExecution', Iot> = (input, _request, iot) => {
  const { jobId = '', thingName = '' } = input;
  const execution = required(iot.jobs.execution(jobId, thingName), `Job execution of ${jobId} on ${thingName}`);
  return {
    execution: {
      ...summaryOf(execution),
      jobId,
      thingArn: thingArn(iot.kernel, thingName),
      statusDetails: { detailsMap: execution.statusDetails },
      versionNumber: execution.version,
    },
  };
};

export const listJobExecutionsForJob: Operation<'iot', 'ListJobExecutionsForJob', Iot> = (input, _request, iot) => {
  const { jobId = '', status } = input;
  required(iot.jobs.records.get(jobId), `Job ${jobId}`);
  const found = iot.jobs.ofJob(jobId).filter((execution) => status === undefined || execution.status === status);
  const { items, nextToken } = page(found, input.maxResults, input.nextToken);
  return {
    executionSummaries: items.map((execution) => ({
      thingArn: thingArn(iot.kernel, execution.thing),
      jobExecutionSummary: summaryOf(execution),
    })),
    nextToken,
  };
};

export const listJobExecutionsForThing: Operation<'iot', 'ListJobExecutionsForThing', Iot> = (input, _request, iot) => {
  const { thingName = '', status, namespaceId, jobId } = input;
  required(iot.things.get(thingName), `Thing ${thingName}`);
  const found = iot.jobs
    .ofThing(thingName)
    .filter((execution) => status === undefined || execution.status === status)
    .filter((execution) => jobId === undefined || execution.jobId === jobId)
    .filter(
      (execution) => namespaceId === undefined || iot.jobs.records.get(execution.jobId)?.namespace === namespaceId,
    );
  const { items, nextToken } = page(found, input.maxResults, input.nextToken);
  return {
    executionSummaries: items.map((execution) => ({
      jobId: execution.jobId,
      jobExecutionSummary: summaryOf(execution),
    })),
    nextToken,
  };
};

export const listJobs: Operation<'iot', 'ListJobs', Iot> = (input, _request, iot) => {
  const { status, namespaceId, targetSelection } = input;
  const found = iot.jobs.records
    .list()
    .map(({ value }) => value)
    .filter((job) => status === undefined || job.status === status)
    .filter((job) => namespaceId === undefined || job.namespace === namespaceId)
    .filter((job) => targetSelection === undefined || job.continuous === (targetSelection === 'CONTINUOUS'))
    .toSorted((a, b) => b.created - a.created);
  const { items, nextToken } = page(found, input.maxResults, input.nextToken);
  return {
    jobs: items.map((job) => ({
      jobArn: jobArn(iot.kernel, job.id),
      jobId: job.id,
      targetSelection: job.continuous ? ('CONTINUOUS' as const) : ('SNAPSHOT' as const),
      status: job.status,
      createdAt: new Date(job.created),
      lastUpdatedAt: new Date(job.modified),
      completedAt: job.completed === undefined ? undefined : new Date(job.completed),
    })),
    nextToken,
  };
};
