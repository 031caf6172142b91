import { afterEach, expect, test } from 'vitest';
import { standIn } from '../../kernel/authorization/stand-in.ts';
import { administratorCaller } from '../../kernel/caller.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Service } from '../../kernel/service.ts';
import { type Lab, stateMachineLab } from '../testing.ts';

let lab: Lab;
afterEach(() => lab.close());

interface FakeJobs {
  service: Service;
  created: string[];
  stopped: string[];
  callers: string[];
  status: 'InProgress' | 'Completed' | 'Stopped';
}

/** Ground Truth whose jobs are as the test says. */
function fakeJobs(clock: () => number): FakeJobs {
  const born = new Map<string, number>();
  const fake: FakeJobs = {
    created: [],
    stopped: [],
    callers: [],
    status: 'InProgress',
    service: standIn<'sagemaker', null>({
      name: 'sagemaker',
      signingName: 'sagemaker',
      load: () => import('@aws-sdk/client-sagemaker'),
      create: () => null,
      operations: {
        CreateLabelingJob({ LabelingJobName = '' }, { caller }) {
          fake.callers.push(caller.arn);
          if (born.has(LabelingJobName)) throw new AwsError('ResourceInUse', 'taken');
          born.set(LabelingJobName, clock());
          fake.created.push(LabelingJobName);
          return { LabelingJobArn: `arn:${LabelingJobName}` };
        },
        DescribeLabelingJob: ({ LabelingJobName = '' }) =>
          ({
            LabelingJobName,
            LabelingJobStatus: fake.status,
            CreationTime: new Date(born.get(LabelingJobName) ?? 0),
          }) as never,
        StopLabelingJob({ LabelingJobName = '' }) {
          fake.stopped.push(LabelingJobName);
          return {};
        },
      },
    }),
  };
  return fake;
}

const label = (more: Record<string, unknown> = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'L',
  States: {
    L: {
      Type: 'Task',
      Resource: 'arn:aws:states:::sagemaker:createLabelingJob.sync',
      Arguments: { LabelingJobName: 'job' },
      Output: '{% $states.result.LabelingJobStatus %}',
      End: true,
      ...more,
    },
  },
});

async function withJobs() {
  let now = () => 0;
  const jobs = fakeJobs(() => now());
  lab = await stateMachineLab({}, [jobs.service]);
  now = () => lab.clock.now();
  return jobs;
}

test('.sync waits for the job, in the name of the role, over a restart and without submitting it again', async () => {
  const jobs = await withJobs();
  const arn = await lab.start(label());
  await lab.describe(arn);
  await lab.restart();
  await lab.clock.advance(3_600_000);
  expect(jobs.created).toEqual(['job']);
  expect(jobs.callers[0]).toMatch(/^arn:aws:sts::000000000000:assumed-role\/machine\//);
  expect((await lab.describe(arn)).status).toBe('RUNNING');
  jobs.status = 'Completed';
  await lab.clock.advance(5000);
  expect(await lab.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: 'Completed' });
  expect(await lab.history(arn)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSubmitted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
});

test('.sync fails with the job’s description when the job has not completed', async () => {
  const jobs = await withJobs();
  jobs.status = 'Stopped';
  const arn = await lab.start(label());
  await lab.describe(arn);
  await lab.clock.advance(1000);
  const { error, cause } = await lab.describe(arn);
  expect(error).toBe('States.TaskFailed');
  expect(JSON.parse(cause ?? '')).toMatchObject({ LabelingJobName: 'job', LabelingJobStatus: 'Stopped' });
});

test.each(['a timeout', 'StopExecution'])('%s stops the job that is waited for', async (what) => {
  const jobs = await withJobs();
  const arn = await lab.start(label({ TimeoutSeconds: 60 }));
  await lab.describe(arn);
  if (what === 'a timeout') await lab.clock.advance(60_000);
  else await lab.kernel.call('sfn', 'StopExecution', { executionArn: arn }, administratorCaller('000000000000'));
  const { status } = await lab.describe(arn);
  expect(status).toBe(what === 'a timeout' ? 'FAILED' : 'ABORTED');
  expect(jobs.stopped).toEqual(['job']);
});

test('a job of that name from before is not mistaken for the task’s own', async () => {
  const jobs = await withJobs();
  const first = await lab.start(label());
  await lab.describe(first);
  await lab.clock.advance(1000);
  const second = await lab.start(label());
  expect((await lab.describe(second)).error).toBe('SageMaker.ResourceInUseException');
  expect(jobs.created).toEqual(['job']);
});

test('aws-sdk tasks call the API as it is, and name its errors after the service', async () => {
  const sqs = standIn<'sqs', null>({
    name: 'sqs',
    signingName: 'sqs',
    load: () => import('@aws-sdk/client-sqs'),
    create: () => null,
    operations: {
      SendMessage({ QueueUrl, MessageBody }) {
        if (QueueUrl === 'none') throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
        return { MessageId: `m-${MessageBody}` };
      },
    },
  });
  lab = await stateMachineLab({}, [sqs]);
  const send = (QueueUrl: string) => ({
    QueryLanguage: 'JSONata',
    StartAt: 'S',
    States: {
      S: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:sqs:sendMessage',
        Arguments: { QueueUrl, MessageBody: '{% $states.input.text %}' },
        End: true,
      },
    },
  });
  expect((await lab.describe(await lab.start(send('q'), { text: 'hi' }))).output).toEqual({ MessageId: 'm-hi' });
  expect((await lab.describe(await lab.start(send('none'), { text: 'hi' }))).error).toBe(
    'Sqs.QueueDoesNotExistException',
  );
});
