import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { administratorCaller } from '../../kernel/caller.ts';
import { s3Service } from '../../s3/service.ts';
import { jobInput, type LabelingLab, labelingLab } from './lab.ts';

let lab: LabelingLab;
beforeEach(async () => {
  lab = await labelingLab(s3Service);
});
afterEach(() => lab.close());

const image = async (name: string, more: Record<string, unknown> = {}) => {
  await lab.put(`images/${name}.jpg`, 'pixels');
  return { 'source-ref': `s3://labels/images/${name}.jpg`, imageId: name, ...more };
};

const boxes = (...list: [string, number, number, number, number][]) => ({
  boundingBox: {
    boundingBoxes: list.map(([label, left, top, width, height]) => ({ label, left, top, width, height })),
    inputImageProperties: { width: 640, height: 480 },
  },
});

const output = async (name: string): Promise<Record<string, unknown>[]> =>
  (await lab.get(`out/${name}/manifests/output/output.manifest`))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a bounding box job', () => {
  test('gives tasks to workers, merges their boxes and puts the labels into the output manifest', async () => {
    await lab.create('boxes-1', [await image('a'), await image('b')]);
    const { tasks } = await lab.tasks('ann');
    expect(tasks).toMatchObject([
      {
        taskId: 'boxes-1.0',
        labelingJobName: 'boxes-1',
        kind: 'BoundingBox',
        taskObjectUri: 's3://labels/images/a.jpg',
        categories: ['scratch', 'dent'],
        title: 'Mark defects',
        instructions: 'Draw tight boxes',
        input: { imageId: 'a' },
        expiresAt: '2026-01-01T00:05:00.000Z',
      },
      { taskId: 'boxes-1.1' },
    ]);
    await lab.tasks('bob');
    await lab.answer('ann', 'boxes-1.0', boxes(['scratch', 100, 100, 50, 50], ['dent', 0, 0, 10, 10]));
    await lab.clock.advance(4000);
    await lab.answer('bob', 'boxes-1.0', boxes(['scratch', 104, 100, 50, 50]));
    await lab.answer('ann', 'boxes-1.1', boxes());
    await lab.answer('bob', 'boxes-1.1', boxes());
    await lab.settle();
    expect(await lab.describe('boxes-1')).toEqual({
      status: 'Completed',
      counters: { TotalLabeled: 2, HumanLabeled: 2, MachineLabeled: 0, FailedNonRetryableError: 0, Unlabeled: 0 },
    });
    expect(await output('boxes-1')).toEqual([
      {
        'source-ref': 's3://labels/images/a.jpg',
        imageId: 'a',
        defects: {
          image_size: [{ width: 640, height: 480, depth: 3 }],
          annotations: [{ class_id: 0, left: 102, top: 100, width: 50, height: 50 }],
        },
        'defects-metadata': {
          objects: [{ confidence: 0.85 }],
          'class-map': { '0': 'scratch' },
          type: 'groundtruth/object-detection',
          'human-annotated': 'yes',
          'creation-date': '2026-01-01T00:00:04.000000',
          'job-name': 'labeling-job/boxes-1',
        },
      },
      expect.objectContaining({ imageId: 'b', defects: expect.objectContaining({ annotations: [] }) }),
    ]);
    expect(lab.events).toEqual([
      {
        detailType: 'SageMaker Ground Truth Labeling Job State Change',
        resources: ['arn:aws:sagemaker:eu-west-1:000000000000:labeling-job/boxes-1'],
        detail: { LabelingJobStatus: 'Completed' },
      },
    ]);
  });

  test('files what each worker answered, and the consolidation', async () => {
    await lab.create('boxes-1', [await image('a')], (input) => {
      Object.assign(input.HumanTaskConfig ?? {}, { NumberOfHumanWorkersPerDataObject: 1 });
    });
    await lab.tasks('ann');
    await lab.clock.advance(7000);
    await lab.answer('ann', 'boxes-1.0', boxes(['dent', 1, 2, 3, 4]));
    await lab.settle();
    const keys = await lab.keys('out/boxes-1/annotations/');
    expect(keys).toEqual([
      'out/boxes-1/annotations/consolidated-annotation/consolidation-request/iteration-1/2026-01-01_00:00:07.json',
      'out/boxes-1/annotations/consolidated-annotation/consolidation-response/iteration-1/2026-01-01_00:00:07.json',
      'out/boxes-1/annotations/intermediate/1/annotations.manifest',
      'out/boxes-1/annotations/worker-response/iteration-1/0/2026-01-01_00:00:07.json',
    ]);
    expect(JSON.parse(await lab.get(keys[3] ?? ''))).toEqual({
      answers: [
        {
          acceptanceTime: '2026-01-01T00:00:00.000Z',
          submissionTime: '2026-01-01T00:00:07.000Z',
          timeSpentInSeconds: 7,
          answerContent: boxes(['dent', 1, 2, 3, 4]),
          workerId: expect.stringMatching(/^private\.eu-west-1\.[0-9a-f]{16}$/),
          workerMetadata: { identityData: { identityProviderType: 'Cognito', issuer: 'local', sub: 'ann' } },
        },
      ],
    });
    expect((await output('boxes-1'))[0]?.['defects-metadata']).toMatchObject({
      objects: [{ confidence: 0 }],
      'class-map': { '1': 'dent' },
    });
  });

  test('fails when a line of its manifest is not JSON, naming the line', async () => {
    await lab.create('boxes-1', [await image('a'), '{"source-ref": oops']);
    expect(await lab.describe('boxes-1')).toMatchObject({
      status: 'Failed',
      reason: 'ClientError: line 2 of the input manifest is not valid JSON',
    });
    expect(lab.events).toMatchObject([{ detail: { LabelingJobStatus: 'Failed' } }]);
  });

  test('fails when its template lacks the element', async () => {
    await lab.create('boxes-1', [await image('a')], (input) => {
      Object.assign(input.HumanTaskConfig?.UiConfig ?? {}, {
        UiTemplateS3Uri: 's3://labels/VerificationBoundingBox.html',
      });
    });
    expect((await lab.describe('boxes-1')).reason).toContain('<crowd-bounding-box>');
  });

  test('fails single images that are not there, and labels the others', async () => {
    await lab.create('boxes-1', [{ 'source-ref': 's3://labels/images/nope.jpg' }, await image('a')]);
    await lab.tasks('ann');
    await lab.tasks('bob');
    await lab.answer('ann', 'boxes-1.1', boxes());
    await lab.answer('bob', 'boxes-1.1', boxes());
    await lab.settle();
    expect(await lab.describe('boxes-1')).toMatchObject({
      status: 'Completed',
      counters: { TotalLabeled: 1, FailedNonRetryableError: 1 },
    });
    const [failed] = await output('boxes-1');
    expect(failed).not.toHaveProperty('defects');
    expect(failed?.['defects-metadata']).toMatchObject({ 'failure-reason': expect.stringContaining('nope.jpg') });
  });
});

test('a verification job counts verdicts and keeps the comments', async () => {
  const audited = { defects: { annotations: [] }, 'defects-metadata': {} };
  await lab.create('verify-1', [await image('a', audited), await image('b')], undefined, 'VerificationBoundingBox');
  const { tasks } = await lab.tasks('ann');
  expect(tasks).toMatchObject([
    { kind: 'ImageClassifier', auditedAttribute: 'defects', answerName: 'verdict', input: audited },
  ]);
  await lab.tasks('bob');
  await lab.answer('ann', 'verify-1.0', { annotatedResult: { label: 'missed object' }, comment: 'top left' });
  await lab.answer('bob', 'verify-1.0', { verdict: { label: 'missed object' } });
  await lab.settle();
  const [first, second] = await output('verify-1');
  expect(first).toMatchObject({
    ...audited,
    'defects-check': '1',
    'defects-check-metadata': {
      'class-name': 'missed object',
      confidence: 1,
      type: 'groundtruth/label-verification',
      'worker-feedback': [{ comment: 'top left' }],
    },
  });
  expect(second?.['defects-check-metadata']).toMatchObject({ 'failure-reason': expect.stringContaining('"defects"') });
});

describe('time', () => {
  test('a task that nobody answers in time has failed; one with an answer is labelled by it', async () => {
    await lab.create('boxes-1', [await image('a'), await image('b')]);
    await lab.tasks('ann');
    await lab.answer('ann', 'boxes-1.0', boxes(['scratch', 1, 1, 9, 9]));
    await lab.clock.advance(3_600_000);
    await lab.settle();
    expect(await lab.describe('boxes-1')).toMatchObject({
      status: 'Completed',
      counters: { TotalLabeled: 1, FailedNonRetryableError: 1 },
    });
    expect(await output('boxes-1')).toMatchObject([
      { defects: { annotations: [{ left: 1 }] } },
      { 'defects-metadata': { 'failure-reason': expect.stringContaining('expired') } },
    ]);
  });

  test('a worker who runs out of time has to take the task again, and frees it for others meanwhile', async () => {
    await lab.create('boxes-1', [await image('a')]);
    expect((await lab.tasks('ann')).tasks).toHaveLength(1);
    expect((await lab.tasks('bob')).tasks).toHaveLength(1);
    expect((await lab.tasks('cid')).tasks).toHaveLength(0);
    await lab.clock.advance(300_000);
    expect(await lab.answer('ann', 'boxes-1.0', boxes())).toMatchObject({
      status: 409,
      message: expect.stringContaining('get it again'),
    });
    expect((await lab.tasks('cid')).tasks).toHaveLength(1);
  });

  test('carries on after a restart', async () => {
    await lab.create('boxes-1', [await image('a')]);
    await lab.tasks('ann');
    await lab.tasks('bob');
    await lab.answer('ann', 'boxes-1.0', boxes());
    await lab.restart();
    await lab.answer('bob', 'boxes-1.0', boxes());
    await lab.settle();
    expect((await lab.describe('boxes-1')).status).toBe('Completed');
  });

  test('rewrites the output manifest while it runs, and stops with what it has', async () => {
    await lab.create('boxes-1', [await image('a'), await image('b')]);
    await lab.tasks('ann');
    await lab.tasks('bob');
    await lab.answer('ann', 'boxes-1.0', boxes());
    await lab.answer('bob', 'boxes-1.0', boxes());
    await lab.clock.advance(10_000);
    await lab.settle();
    expect(await output('boxes-1')).toMatchObject([{ defects: {} }, { imageId: 'b' }]);
    await lab.kernel.call(
      'sagemaker',
      'StopLabelingJob',
      { LabelingJobName: 'boxes-1' },
      administratorCaller('000000000000'),
    );
    await lab.settle();
    expect(await lab.describe('boxes-1')).toMatchObject({
      status: 'Stopped',
      counters: { TotalLabeled: 1, Unlabeled: 1 },
    });
    expect((await lab.tasks('cid')).tasks).toEqual([]);
  });
});

describe('workers', () => {
  test('an answer given twice counts once; a different second one is refused', async () => {
    await lab.create('boxes-1', [await image('a')]);
    await lab.tasks('ann');
    expect(await lab.answer('ann', 'boxes-1.0', boxes())).toMatchObject({ status: 200, repeated: false });
    expect(await lab.answer('ann', 'boxes-1.0', boxes())).toMatchObject({ status: 200, repeated: true });
    expect(await lab.answer('ann', 'boxes-1.0', boxes(['dent', 1, 1, 1, 1]))).toMatchObject({ status: 409 });
    expect((await lab.describe('boxes-1')).status).toBe('InProgress');
  });

  test('refuses unknown teams, workers without a name, tasks of others, and answers that do not fit', async () => {
    await lab.create('boxes-1', [await image('a')]);
    expect(await lab.tasks('ann', 10, 'nobody')).toMatchObject({ status: 404 });
    expect(await lab.tasks('')).toMatchObject({ status: 400 });
    expect(await lab.answer('ann', 'boxes-1.0', boxes(), 'public-crowd')).toMatchObject({ status: 404 });
    expect(await lab.answer('ann', 'boxes-1.0', boxes())).toMatchObject({
      status: 409,
      message: expect.stringContaining('get it first'),
    });
    await lab.tasks('ann');
    expect(await lab.answer('ann', 'boxes-1.0', boxes(['crack', 1, 1, 1, 1]))).toMatchObject({
      status: 400,
      message: expect.stringContaining('crack'),
    });
    expect(await lab.answer('ann', 'boxes-1.0', boxes(['dent', 600, 1, 90, 1]))).toMatchObject({
      status: 400,
      message: expect.stringContaining('640'),
    });
    expect(await lab.answer('ann', 'boxes-1.0', { verdict: { label: 'correct' } })).toMatchObject({ status: 400 });
  });

  test('no more tasks are open than the job allows', async () => {
    await lab.create('boxes-1', [await image('a'), await image('b'), await image('c')], (input) => {
      Object.assign(input.HumanTaskConfig ?? {}, { MaxConcurrentTaskCount: 1, NumberOfHumanWorkersPerDataObject: 1 });
    });
    expect((await lab.tasks('ann')).tasks.map(({ taskId }) => taskId)).toEqual(['boxes-1.0']);
    await lab.answer('ann', 'boxes-1.0', boxes());
    expect((await lab.tasks('ann')).tasks.map(({ taskId }) => taskId)).toEqual(['boxes-1.1']);
  });

  test('a job stops when enough is labelled', async () => {
    await lab.create('boxes-1', [await image('a'), await image('b')], (input) => {
      Object.assign(input, { StoppingConditions: { MaxHumanLabeledObjectCount: 1 } });
      Object.assign(input.HumanTaskConfig ?? {}, { NumberOfHumanWorkersPerDataObject: 1 });
    });
    await lab.tasks('ann');
    await lab.answer('ann', 'boxes-1.0', boxes());
    await lab.settle();
    expect(await lab.describe('boxes-1')).toMatchObject({
      status: 'Stopped',
      counters: { TotalLabeled: 1, Unlabeled: 1 },
    });
  });
});

describe('CreateLabelingJob refuses', () => {
  const refused = (change: (input: ReturnType<typeof jobInput>) => void) => {
    const input = jobInput('boxes-1', 'BoundingBox');
    change(input);
    return expect(lab.kernel.call('sagemaker', 'CreateLabelingJob', input, administratorCaller('000000000000')))
      .rejects;
  };
  const task = (input: ReturnType<typeof jobInput>) => input.HumanTaskConfig ?? {};

  test('a name that was ever used, whatever its case', async () => {
    await lab.create('Boxes-1', [await image('a')]);
    await refused(() => {}).toMatchObject({ code: 'ResourceInUse' });
  });

  test.each<[string, (input: ReturnType<typeof jobInput>) => void, string]>([
    [
      'names out of the charset',
      (input) => {
        input.LabelingJobName = 'a_b';
      },
      'labelingJobName',
    ],
    [
      'attributes that end in -ref',
      (input) => {
        input.LabelAttributeName = 'defects-ref';
      },
      '-ref',
    ],
    [
      'unknown teams',
      (input) => {
        Object.assign(task(input), {
          WorkteamArn: 'arn:aws:sagemaker:eu-west-1:000000000000:workteam/private-crowd/x',
        });
      },
      'Workteam',
    ],
    [
      'prices for private teams',
      (input) => {
        Object.assign(task(input), { PublicWorkforceTaskPrice: { AmountInUsd: { Cents: 3 } } });
      },
      'public workforce',
    ],
    [
      'consolidation functions of another task type',
      (input) => {
        Object.assign(task(input), {
          AnnotationConsolidationConfig: {
            AnnotationConsolidationLambdaArn:
              'arn:aws:lambda:eu-west-1:568282634449:function:ACS-VerificationBoundingBox',
          },
        });
      },
      'ACS-BoundingBox',
    ],
    [
      'time limits out of range',
      (input) => {
        Object.assign(task(input), { TaskTimeLimitInSeconds: 10 });
      },
      'taskTimeLimitInSeconds',
    ],
    [
      'pre-annotation functions of others, by name',
      (input) => {
        Object.assign(task(input), { PreHumanTaskLambdaArn: 'arn:aws:lambda:eu-west-1:1:function:mine' });
      },
      'function:mine',
    ],
  ])('%s', async (_what, change, message) => {
    await refused(change).toMatchObject({ message: expect.stringContaining(message) });
  });

  test('the public workforce without a price from the list or the declaration about personal data', async () => {
    const team = { WorkteamArn: 'arn:aws:sagemaker:eu-west-1:394669845002:workteam/public-crowd/default' };
    const price = (Cents: number, TenthFractionsOfACent: number) => ({
      PublicWorkforceTaskPrice: { AmountInUsd: { Dollars: 0, Cents, TenthFractionsOfACent } },
    });
    await refused((input) => Object.assign(task(input), team)).toMatchObject({
      message: expect.stringContaining('Price is required'),
    });
    await refused((input) => Object.assign(task(input), team, price(3, 5))).toMatchObject({
      message: expect.stringContaining('0.035'),
    });
    await refused((input) => Object.assign(task(input), team, price(3, 6))).toMatchObject({
      message: expect.stringContaining('FreeOfPersonally'),
    });
  });
});
