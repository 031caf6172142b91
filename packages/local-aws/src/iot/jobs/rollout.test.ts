import {
  AddThingToThingGroupCommand,
  CancelJobCommand,
  CreateJobCommand,
  type CreateJobCommandInput,
  CreateThingCommand,
  CreateThingGroupCommand,
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  IoTClient,
  ListJobExecutionsForJobCommand,
} from '@aws-sdk/client-iot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../test/harness.ts';
import { type ManualClock, manualClock } from '../../kernel/clock.ts';
import type { Jobs } from './jobs.ts';
import { answerJobRequest, jobTopic } from './topics.ts';

let test: TestAws;
let iot: IoTClient;
let clock: ManualClock;
let jobs: Jobs;
let heard: { topic: string; payload: Record<string, unknown> }[];

beforeEach(async () => {
  clock = manualClock();
  test = await startAws({ clock, report: () => {} });
  iot = test.client(IoTClient);
  heard = [];
  // Devices' requests come in by MQTT; here they are made, and answers heard, right at the door of the jobs.
  const { createJobs } = await import('./jobs.ts');
  const groups: Record<string, string[]> = {};
  jobs = createJobs(test.aws.kernel, {
    publish: (topic, payload) => heard.push({ topic, payload: payload as Record<string, unknown> }),
    membersOf: (group) => groups[group] ?? [],
  });
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'line' }));
});
afterEach(() => test.close());

const groupArn = () => `arn:aws:iot:${test.aws.region}:${test.aws.account}:thinggroup/line`;

async function things(...names: string[]): Promise<void> {
  for (const thingName of names) {
    await iot.send(new CreateThingCommand({ thingName }));
    await iot.send(new AddThingToThingGroupCommand({ thingName, thingGroupName: 'line' }));
  }
}

async function job(jobId: string, more: Partial<CreateJobCommandInput> = {}): Promise<void> {
  await iot.send(
    new CreateJobCommand({
      jobId,
      targets: [groupArn()],
      document: '{"do":1}',
      targetSelection: 'CONTINUOUS',
      ...more,
    }),
  );
  await clock.advance(0);
}

async function statuses(jobId: string): Promise<Record<string, string | undefined>> {
  const { executionSummaries = [] } = await iot.send(new ListJobExecutionsForJobCommand({ jobId }));
  return Object.fromEntries(
    executionSummaries.map(({ thingArn, jobExecutionSummary }) => [
      thingArn?.split('/')[1],
      jobExecutionSummary?.status,
    ]),
  );
}

/** A device's request; what was answered. */
function ask(topic: string, body: Record<string, unknown> = {}): Record<string, unknown> | undefined {
  const at = jobTopic(topic);
  if (!at) throw new Error(`${topic} is no topic of jobs`);
  answerJobRequest(jobs, topic, at, Buffer.from(JSON.stringify({ clientToken: 't', ...body })));
  return heard.findLast((message) => message.topic.startsWith(`${topic}/`))?.payload;
}
const update = (thing: string, jobId: string, status: string, more = {}) =>
  ask(`$aws/things/${thing}/jobs/${jobId}/update`, { status, ...more });

describe('a job', () => {
  it('is handed to every thing of its group, and to those that join later', async () => {
    await things('a', 'b');
    await job('j');
    expect(await statuses('j')).toEqual({ a: 'QUEUED', b: 'QUEUED' });
    await things('c');
    await clock.advance(0);
    expect(await statuses('j')).toEqual({ a: 'QUEUED', b: 'QUEUED', c: 'QUEUED' });
  });

  it('goes out at its rate, which grows with success', async () => {
    await things('a', 'b', 'c', 'd', 'e');
    await job('j', {
      jobExecutionsRolloutConfig: {
        exponentialRate: {
          baseRatePerMinute: 1,
          incrementFactor: 3,
          rateIncreaseCriteria: { numberOfSucceededThings: 1 },
        },
        maximumPerMinute: 100,
      },
    });
    expect(Object.keys(await statuses('j'))).toEqual(['a']);
    update('a', 'j', 'SUCCEEDED');
    await clock.advance(59_000);
    expect(Object.keys(await statuses('j'))).toEqual(['a']);
    await clock.advance(1_000);
    expect(Object.keys(await statuses('j'))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is aborted when too many of those that had it failed', async () => {
    await things('a', 'b', 'c', 'd');
    await job('j', {
      abortConfig: {
        criteriaList: [
          { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 50, minNumberOfExecutedThings: 2 },
        ],
      },
    });
    update('a', 'j', 'FAILED');
    expect((await iot.send(new DescribeJobCommand({ jobId: 'j' }))).job?.status).toBe('IN_PROGRESS');
    update('b', 'j', 'IN_PROGRESS');
    update('c', 'j', 'SUCCEEDED');
    expect((await iot.send(new DescribeJobCommand({ jobId: 'j' }))).job).toMatchObject({
      status: 'CANCELED',
      reasonCode: 'ABORT_CONFIG',
    });
    expect(await statuses('j')).toEqual({ a: 'FAILED', b: 'IN_PROGRESS', c: 'SUCCEEDED', d: 'CANCELED' });
  });

  it('ends an execution that takes longer than it may', async () => {
    await things('a');
    await job('j', { timeoutConfig: { inProgressTimeoutInMinutes: 5 } });
    update('a', 'j', 'IN_PROGRESS');
    await clock.advance(4 * 60_000);
    update('a', 'j', 'IN_PROGRESS');
    await clock.advance(60_000);
    expect(await statuses('j')).toEqual({ a: 'TIMED_OUT' });
  });

  it('when cancelled, is kept from those that have not begun it', async () => {
    await things('a', 'b');
    await job('j');
    update('a', 'j', 'IN_PROGRESS');
    await iot.send(new CancelJobCommand({ jobId: 'j' }));
    expect(await statuses('j')).toEqual({ a: 'IN_PROGRESS', b: 'CANCELED' });
    expect(update('b', 'j', 'IN_PROGRESS')).toMatchObject({ code: 'InvalidStateTransition' });
    update('a', 'j', 'SUCCEEDED');
    expect(await statuses('j')).toEqual({ a: 'SUCCEEDED', b: 'CANCELED' });
  });

  it('that is a snapshot is complete when all have ended it', async () => {
    await things('a');
    await job('j', { targetSelection: 'SNAPSHOT' });
    update('a', 'j', 'SUCCEEDED');
    expect((await iot.send(new DescribeJobCommand({ jobId: 'j' }))).job?.status).toBe('COMPLETED');
  });

  it('survives a restart, with the step that its rollout was at', async () => {
    await things('a', 'b');
    await job('j', { jobExecutionsRolloutConfig: { maximumPerMinute: 1 } });
    await test.restart();
    expect(await statuses('j')).toEqual({ a: 'QUEUED' });
    await clock.advance(60_000);
    expect(await statuses('j')).toEqual({ a: 'QUEUED', b: 'QUEUED' });
  });
});

describe('a device', () => {
  beforeEach(async () => {
    await things('a');
    await job('plain');
    await clock.advance(1_000);
    await job('deployment', { namespaceId: 'aws-gg-deployment' });
  });

  it('sees the jobs of the namespace that it asks for, the oldest first', () => {
    const execution = { jobId: 'plain', status: 'QUEUED', jobDocument: { do: 1 } };
    expect(ask('$aws/things/a/jobs/$next/get')).toMatchObject({ clientToken: 't', execution });
    expect(ask('$aws/things/a/jobs/$next/namespace-aws-gg-deployment/get')).toMatchObject({
      execution: { jobId: 'deployment' },
    });
    expect(ask('$aws/things/a/jobs/namespace-aws-gg-deployment/get')).toMatchObject({
      queuedJobs: [{ jobId: 'deployment' }],
    });
    expect(ask('$aws/things/a/jobs/get')).toMatchObject({ inProgressJobs: [], queuedJobs: [{ jobId: 'plain' }] });
  });

  it('takes a job up with start-next, and is given it again until it ends it', () => {
    expect(ask('$aws/things/a/jobs/start-next')).toMatchObject({
      execution: { jobId: 'plain', status: 'IN_PROGRESS' },
    });
    expect(ask('$aws/things/a/jobs/$next/get')).toMatchObject({ execution: { jobId: 'plain', status: 'IN_PROGRESS' } });
    update('a', 'plain', 'SUCCEEDED');
    expect(ask('$aws/things/a/jobs/$next/get')).not.toHaveProperty('execution');
  });

  it('keeps what it says of an execution, and is told of its state', async () => {
    const answer = update('a', 'plain', 'FAILED', { statusDetails: { step: 'two' }, includeJobExecutionState: true });
    expect(answer).toMatchObject({
      executionState: { status: 'FAILED', statusDetails: { step: 'two' }, versionNumber: 2 },
    });
    const { execution } = await iot.send(new DescribeJobExecutionCommand({ jobId: 'plain', thingName: 'a' }));
    expect(execution).toMatchObject({ status: 'FAILED', statusDetails: { detailsMap: { step: 'two' } } });
    expect(heard.findLast(({ topic }) => topic.endsWith('/jobs/notify-next'))?.payload).toMatchObject({
      execution: {},
    });
  });

  it.each([
    ['of another version', { status: 'SUCCEEDED', expectedVersion: 9 }, 'VersionMismatch'],
    ['to a status that is not its to give', { status: 'CANCELED' }, 'InvalidRequest'],
    [
      'with details that are too long',
      { status: 'FAILED', statusDetails: { why: 'x'.repeat(1025) } },
      'InvalidRequest',
    ],
  ])('is refused an update %s', (_, body, code) => {
    expect(ask('$aws/things/a/jobs/plain/update', body)).toMatchObject({ code });
  });

  it('is refused what is not its own, or not JSON', () => {
    expect(ask('$aws/things/a/jobs/deployment/update', { status: 'SUCCEEDED' })).toMatchObject({
      code: 'ResourceNotFound',
    });
    const at = jobTopic('$aws/things/a/jobs/get');
    if (at) answerJobRequest(jobs, '$aws/things/a/jobs/get', at, Buffer.from('{'));
    expect(heard.at(-1)).toMatchObject({ topic: '$aws/things/a/jobs/get/rejected', payload: { code: 'InvalidJson' } });
  });
});
