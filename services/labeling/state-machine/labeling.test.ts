import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { standIn } from '../../../packages/local-aws/src/kernel/authorization/stand-in.ts';
import { AwsError } from '../../../packages/local-aws/src/kernel/errors.ts';
import type { Json } from '../../../packages/local-aws/src/sfn/json.ts';
import { FunctionError, type Lab, stateMachineLab } from '../../../packages/local-aws/src/sfn/testing.ts';

const FUNCTIONS: Record<string, string> = {
  CollectLambdaFunction: 'collect',
  PrepareVerificationLambdaFunction: 'prepare',
  PublishLambdaFunction: 'publish',
  ReleaseLambdaFunction: 'release',
};

/** As CloudFormation resolves it. */
const definition = JSON.parse(readFileSync(new URL('./labeling.asl.json', import.meta.url), 'utf8'), (_key, value) =>
  value?.['Fn::GetAtt'] ? `arn:aws:lambda:eu-west-1:000000000000:function:${FUNCTIONS[value['Fn::GetAtt'][0]]}` : value,
);

const RUN = {
  runId: 'run-1',
  images: 2,
  labelingJob: { LabelingJobName: 'boxes-1' },
  verificationJob: { LabelingJobName: 'verify-1' },
  verificationManifest: 'runs/run-1/verification.manifest',
};

/** Ground Truth whose jobs are over at once. It takes the first call for each of the jobs that `busy` names for one too many. */
const jobs = (status: Record<string, 'Completed' | 'Failed' | 'Stopped'>, created: string[], busy: Set<string>) =>
  standIn<'sagemaker', null>({
    name: 'sagemaker',
    signingName: 'sagemaker',
    load: () => Promise.reject(new Error('nobody calls over HTTP here')),
    create: () => null,
    operations: {
      CreateLabelingJob({ LabelingJobName = '' }) {
        if (busy.delete(LabelingJobName)) throw new AwsError('ThrottlingException', 'Rate exceeded');
        if (created.includes(LabelingJobName)) throw new AwsError('ResourceInUse', 'in use');
        created.push(LabelingJobName);
        return { LabelingJobArn: `arn:aws:sagemaker:eu-west-1:0:labeling-job/${LabelingJobName}` };
      },
      DescribeLabelingJob({ LabelingJobName = '' }) {
        return {
          LabelingJobName,
          LabelingJobStatus: status[LabelingJobName],
          LabelingJobOutput: { OutputDatasetS3Uri: `s3://labeling/${LabelingJobName}.manifest` },
        } as never;
      },
    },
  });

let lab: Lab;
let created: string[];
afterEach(() => lab.close());

const calls = () => lab.invocations.map(({ functionName }) => functionName);

async function run(
  functions: Record<string, () => Json> = {},
  status: Record<string, 'Completed' | 'Failed' | 'Stopped'> = {},
  busy: readonly string[] = [],
) {
  created = [];
  const all = {
    collect: () => RUN,
    prepare: () => ({ images: 2 }),
    publish: () => ({ approved: 2 }),
    release: () => ({ requeued: 2 }),
    ...functions,
  };
  const statusOf = { 'boxes-1': 'Completed', 'verify-1': 'Completed', ...status } as const;
  lab = await stateMachineLab(all, [jobs(statusOf, created, new Set(busy))]);
  const arn = await lab.start(definition, {}, 'run-1');
  for (let turn = 0; turn < 8; turn++) {
    await lab.describe(arn);
    await lab.clock.advance(60_000);
  }
  return lab.describe(arn);
}

test('collects, has people mark, has others judge, and publishes both outputs', async () => {
  const { arn, status, output } = await run();
  expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { approved: 2 } });
  expect(created).toEqual(['boxes-1', 'verify-1']);
  expect(lab.invocations).toEqual([
    { functionName: 'collect', event: { runId: 'run-1', executionArn: arn } },
    {
      functionName: 'prepare',
      event: { labelsUri: 's3://labeling/boxes-1.manifest', verificationManifest: 'runs/run-1/verification.manifest' },
    },
    {
      functionName: 'publish',
      event: {
        runId: 'run-1',
        labelingJob: 'boxes-1',
        verificationJob: 'verify-1',
        labelsUri: 's3://labeling/boxes-1.manifest',
        verdictsUri: 's3://labeling/verify-1.manifest',
      },
    },
  ]);
});

test('ends at once when another run has taken the images', async () => {
  const { status } = await run({ collect: () => ({ ...RUN, images: 0 }) });
  expect(status).toBe('SUCCEEDED');
  expect(created).toEqual([]);
  expect(calls()).toEqual(['collect']);
});

test('publishes without a verification when nothing was marked', async () => {
  const { status } = await run({ prepare: () => ({ images: 0 }) });
  expect(status).toBe('SUCCEEDED');
  expect(created).toEqual(['boxes-1']);
  expect(lab.invocations.at(-1)).toMatchObject({ functionName: 'publish' });
  expect(lab.invocations.at(-1)?.event).not.toHaveProperty('verdictsUri');
});

test.each([
  ['boxes-1', ['collect', 'release']],
  ['verify-1', ['collect', 'prepare', 'release']],
])('gives the images back when the job %s fails', async (job, expected) => {
  const { status, error, cause } = await run({}, { [job]: 'Failed' });
  expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.TaskFailed' });
  expect(cause).toContain(job);
  expect(calls()).toEqual(expected);
  expect(lab.invocations.at(-1)?.event).toMatchObject({
    runId: 'run-1',
    reason: expect.stringContaining('run failed: States.TaskFailed'),
  });
});

test.each(['collect', 'prepare', 'publish'])(
  'gives the images back when %s fails for good, without trying again',
  async (step) => {
    const { status, error } = await run({
      [step]: () => {
        throw new FunctionError('PermanentError');
      },
    });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'PermanentError' });
    expect(calls().filter((name) => name === step)).toHaveLength(1);
    expect(calls().at(-1)).toBe('release');
  },
);

test('gives the images back when publishing what nobody marked fails', async () => {
  const { status } = await run({
    prepare: () => ({ images: 0 }),
    publish: () => {
      throw new FunctionError('PermanentError');
    },
  });
  expect(status).toBe('FAILED');
  expect(calls().at(-1)).toBe('release');
});

test('tries again when Ground Truth is asked too much at once', async () => {
  const { status } = await run({}, {}, ['boxes-1', 'verify-1']);
  expect(status).toBe('SUCCEEDED');
  expect(created).toEqual(['boxes-1', 'verify-1']);
});

test('tries a step again that may succeed yet', async () => {
  let attempts = 0;
  const { status } = await run({
    publish: () => {
      if (++attempts < 3) throw new FunctionError('RetryableError');
      return { approved: 2 };
    },
  });
  expect(status).toBe('SUCCEEDED');
  expect(attempts).toBe(3);
});

test('goes on trying to give the images back', async () => {
  let attempts = 0;
  const { status } = await run(
    {
      release: () => {
        if (++attempts < 3) throw new FunctionError('RetryableError');
        return {};
      },
    },
    { 'boxes-1': 'Stopped' },
  );
  expect(status).toBe('FAILED');
  expect(attempts).toBe(3);
});
