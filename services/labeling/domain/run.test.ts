import { beforeEach, describe, expect, test } from 'vitest';
import { imageRef, type LabelingInMemory, labelingInMemory } from '../testing/labeling-in-memory.ts';
import { imagesArrived } from './arrival.ts';
import { collectRun } from './collect-run.ts';
import { prepareVerification } from './prepare-verification.ts';
import { publishRun } from './publish-run.ts';
import { releaseRun } from './release-run.ts';
import { startRunIfDue } from './start-run.ts';

const TEMPLATES = { boxes: '<boxes>', verification: '<verification>' };
const [a, b, c] = [imageRef('a'), imageRef('b'), imageRef('c')];

let labeling: LabelingInMemory;
beforeEach(() => {
  labeling = labelingInMemory();
});

const arrivedAt = new Date('2026-03-04T08:15:59.000Z');
const arrive = (images: (typeof a)[]) => imagesArrived(labeling, images, arrivedAt);
const leaveLabels = (image: typeof a, className: string) => {
  const boxes = [{ className, left: 10, top: 20, width: 700, height: 40 }];
  const left = { source: 'coco.json', width: 1280, height: 960, boxes };
  labeling.objects.set(`s3://labeling/imports/${image.imageId}.json`, JSON.stringify(left));
};
const collect = (runId: string) =>
  collectRun(labeling, TEMPLATES, { runId, executionArn: `arn:aws:states:eu-west-1:0:execution:m:${runId}` });
const states = () =>
  Object.fromEntries(
    [...labeling.entries.values()].map(({ image, state, attempt }) => [image.part, `${state} ${attempt}`]),
  );

describe('images that arrive', () => {
  test('wait until there are enough for a run', async () => {
    expect(await arrive([a])).toEqual({ queued: 1, imported: 0, known: 0, runId: undefined });
    expect((await arrive([b])).runId).toMatch(/^run-20260304-081600-[0-9a-f]{8}$/);
    expect(labeling.started).toHaveLength(1);
  });

  test('are ignored when they are known, whatever has become of them', async () => {
    await arrive([a, b]);
    expect(await arrive([a, b])).toMatchObject({ queued: 0, known: 2 });
    expect(labeling.started).toHaveLength(1);
  });

  test('bring their labels along when somebody has left them, and are asked of nobody', async () => {
    leaveLabels(a, 'dent');
    expect(await arrive([a])).toMatchObject({ queued: 0, imported: 1 });
    expect(await arrive([a])).toMatchObject({ imported: 0, known: 1 });
    expect(labeling.said).toHaveLength(1);
    expect(labeling.said[0]?.data.labels?.items).toMatchObject([
      { imageId: a.imageId, verdict: 'approved', boxes: [{ left: 5, top: 10, width: 350, height: 20, classId: 1 }] },
    ]);
  });

  test('say imported labels the same, in full, when their delivery died on the way', async () => {
    leaveLabels(a, 'dent');
    leaveLabels(b, 'scratch');
    const { settle } = labeling.queue;
    labeling.queue.settle = async (imageId, ...rest) => {
      if (imageId === b.imageId) throw new Error('the function was killed');
      return settle(imageId, ...rest);
    };
    await expect(arrive([a, b])).rejects.toThrow('killed');
    labeling.queue.settle = settle;
    labeling.pass(60_000);
    expect(await arrive([a, b])).toMatchObject({ imported: 1, known: 1 });
    expect(labeling.said).toHaveLength(2);
    expect(labeling.said[1]).toEqual(labeling.said[0]);
    expect(states()).toEqual({ a: 'labeled 1', b: 'labeled 1' });
  });

  test('are imported by one of two events that tell of them at once', async () => {
    leaveLabels(a, 'dent');
    leaveLabels(b, 'dent');
    await Promise.all([arrive([a]), arrive([a, b]), arrive([a, b])]);
    const runsOfA = labeling.said.filter(({ data }) => JSON.stringify(data.labels).includes(a.imageId));
    expect(new Set(runsOfA.map(({ data }) => data.runId)).size).toBe(1);
    expect(states()).toEqual({ a: 'labeled 1', b: 'labeled 1' });
  });

  test('refuse labels of a class that nobody has configured, naming class and remedy, and stop no other image', async () => {
    leaveLabels(a, 'crack');
    await expect(arrive([a, b])).rejects.toThrow(/"crack".*ASSAY_LABELING_CATEGORIES/);
    expect(states()).toEqual({ b: 'waiting 1' });
  });
});

describe('labels that were left for an image', () => {
  const left = { source: 'coco.json', width: 640, height: 480, boxes: [] as unknown[] };
  const box = { className: 'dent', left: 1, top: 2, width: 3, height: 4 };

  test.each([
    ['no JSON', '{"source": "coco.json", "width": 640, "hei', /don't fit/],
    ['no object', 'null', /don't fit/],
    ['no labels', '{}', /source.*width.*boxes/],
    ['a box of text', { ...left, boxes: [{ ...box, left: '1' }] }, /boxes.0.left/],
    [
      'a box that overflows',
      JSON.stringify({ ...left, boxes: [{ ...box, width: 77 }] }).replace('77', '1e999'),
      /boxes.0.width/,
    ],
    ['a box without an area', { ...left, boxes: [{ ...box, width: -3 }] }, /boxes.0.width/],
    [
      'a box outside of the image',
      { ...left, boxes: [box, { ...box, left: 700 }] },
      /boxes\[1\].*700, 2, 3, 4.*not within/,
    ],
    ['a box larger than the image', { ...left, boxes: [{ ...box, width: 1e12 }] }, /boxes\[0\]/],
    ['boxes of which nothing can be seen', { ...left, boxes: [{ ...box, width: 0.1 }] }, /a pixel's area/],
    ['the size of another image', { ...left, width: 480, height: 640 }, /annotated at 480x640.*but is 640x480/],
    ['a class of every object', { ...left, boxes: [{ ...box, className: 'constructor' }] }, /"constructor"/],
    ['a name without end', { ...left, source: 'x'.repeat(100_000) }, /source/],
  ])('are refused with what is wrong, and nobody is asked either: %s', async (_, labels, words) => {
    const text = typeof labels === 'string' ? labels : JSON.stringify(labels);
    labeling.objects.set(`s3://labeling/imports/${a.imageId}.json`, text);
    await expect(arrive([a, b])).rejects.toThrow(words);
    expect(states()).toEqual({ b: 'waiting 1' });
  });
});

describe('a run', () => {
  test('started twice over the same queue is one run; another occasion is another run', async () => {
    await arrive([a, b]);
    await startRunIfDue(labeling, 1);
    expect(labeling.started).toHaveLength(1);
    await startRunIfDue(labeling, 1, '2026-03-04T08:17:00Z');
    expect(labeling.started).toHaveLength(2);
  });

  test('takes images that no other run gets, and says so', async () => {
    await arrive([a, b]);
    const run = await collect('run-1');
    expect(run).toMatchObject({
      images: 2,
      labelingJob: { LabelingJobName: 'assay-test-boxes-1', LabelAttributeName: 'defects' },
    });
    expect((await collect('run-2')).images).toBe(0);
    expect(labeling.said).toMatchObject([
      {
        event: 'LabelingStarted',
        data: { images: { items: [{ imageId: a.imageId, attempt: 1 }, { imageId: b.imageId }] } },
      },
    ]);
    expect(labeling.objects.get('s3://labeling/runs/run-1/input.manifest')?.split('\n')[0]).toContain(
      `"source-ref":"${a.uri}"`,
    );
  });

  test('goes on with what it has when collecting is repeated', async () => {
    await arrive([a, b]);
    await collect('run-1');
    expect((await collect('run-1')).images).toBe(2);
  });

  test('leaves the rest to another one', async () => {
    await arrive([a, b, c, imageRef('d'), imageRef('e')]);
    expect((await collect('run-1')).images).toBe(3);
    expect(labeling.started).toHaveLength(2);
  });

  test('pays the public workforce by the task, and a private team not', async () => {
    const priced = labelingInMemory({ priceInUsd: 0.036 });
    const { labelingJob, verificationJob } = await collectRun(priced, TEMPLATES, { runId: 'run-1', executionArn: 'x' });
    expect(labelingJob.HumanTaskConfig).toMatchObject({
      PublicWorkforceTaskPrice: { AmountInUsd: { Dollars: 0, Cents: 3, TenthFractionsOfACent: 6 } },
    });
    expect(verificationJob.HumanTaskConfig).not.toHaveProperty('PublicWorkforceTaskPrice');
  });
});

describe('the outcome', () => {
  const labels = 's3://labeling/labels';
  const verdicts = 's3://labeling/verdicts';
  const run = {
    runId: 'run-1',
    labelingJob: 'boxes',
    verificationJob: 'verify',
    labelsUri: labels,
    verdictsUri: verdicts,
  };

  const labelled = (image: typeof a, attempt: number) => ({
    'source-ref': image.uri,
    imageId: image.imageId,
    image,
    attempt,
    defects: { image_size: [], annotations: [{ class_id: 1, left: 600, top: 10, width: 60, height: 20 }] },
    'defects-metadata': {
      objects: [{ confidence: 0.8 }],
      'class-map': { '1': 'dent' },
      'creation-date': '2026-03-04T10:11:12.345678',
    },
  });
  const judged = (image: typeof a, attempt: number, verdict: string, comment?: string) => ({
    ...labelled(image, attempt),
    'defects-check': 0,
    'defects-check-metadata': {
      'class-name': verdict,
      confidence: 0,
      'creation-date': '2026-03-04T12:00:01.000001',
      ...(comment && { 'worker-feedback': [{ comment }] }),
    },
  });
  const manifest = (uri: string, lines: unknown[]) =>
    labeling.objects.set(uri, lines.map((line) => JSON.stringify(line)).join('\n'));

  beforeEach(async () => {
    await arrive([a, b]);
    await collect('run-1');
    labeling.said.length = 0;
  });

  test('is said for approved and rejected images alike; the rejected ones go back', async () => {
    manifest(labels, [labelled(a, 1), labelled(b, 1)]);
    manifest(verdicts, [judged(a, 1, 'correct'), judged(b, 1, 'missed object', 'top left')]);
    labeling.pass(1000);
    expect(await publishRun(labeling, run)).toEqual({ approved: 1, rejected: 1, requeued: 1, failed: 0 });
    expect(labeling.said[0]?.data.labels?.items).toEqual([
      {
        imageId: a.imageId,
        uri: a.uri,
        width: 640,
        height: 480,
        depth: 3,
        station: 'line-1',
        part: 'a',
        origin: 'upload',
        boxes: [{ left: 600, top: 10, width: 40, height: 20, classId: 1, className: 'dent' }],
        verdict: 'approved',
        attempt: 1,
        agreement: 0.8,
        labeledAt: '2026-03-04T10:11:12.345Z',
      },
      expect.objectContaining({ verdict: 'rejected', reason: 'missed-object', comment: 'top left' }),
    ]);
    expect(states()).toEqual({ a: 'labeled 1', b: 'waiting 2' });
  });

  test('starts another run at once for what goes back', async () => {
    manifest(labels, [labelled(a, 1)]);
    manifest(verdicts, [judged(a, 1, 'box not accurate')]);
    const before = labeling.started.length;
    labeling.pass(1000);
    await publishRun(labeling, run);
    expect(labeling.started).toHaveLength(before + 1);
  });

  test('is said again, the same, when publishing is repeated, and changes nothing then', async () => {
    manifest(labels, [labelled(a, 1), labelled(b, 1)]);
    manifest(verdicts, [judged(a, 1, 'correct'), judged(b, 1, 'missed object')]);
    await publishRun(labeling, run);
    const [first] = labeling.said;
    const before = states();
    expect(await publishRun(labeling, run)).toMatchObject({ requeued: 0 });
    expect(labeling.said[1]).toEqual(first);
    expect(states()).toEqual(before);
  });

  test('of a third rejection is a failure', async () => {
    manifest(labels, [labelled(a, 3)]);
    manifest(verdicts, [judged(a, 3, 'box not accurate', 'too wide')]);
    expect(await publishRun(labeling, run)).toMatchObject({ rejected: 1, failed: 1 });
    expect(labeling.failures()).toEqual([
      { imageId: a.imageId, uri: a.uri, attempts: 3, reason: 'box-not-accurate', comment: 'too wide' },
    ]);
    expect(states().a).toMatch(/^failed/);
  });

  test('of images that nobody marked or judged is that they go back', async () => {
    const expired = {
      ...labelled(a, 1),
      defects: undefined,
      'defects-metadata': { 'failure-reason': 'expired', 'creation-date': '2026-03-04T10:11:12.345678' },
    };
    manifest(labels, [expired, labelled(b, 1)]);
    expect(await prepareVerification(labeling.files, { labelsUri: labels, verificationManifest: 'v' })).toEqual({
      images: 1,
    });
    expect(await publishRun(labeling, { ...run, verdictsUri: undefined })).toEqual({
      approved: 0,
      rejected: 0,
      requeued: 2,
      failed: 0,
    });
    expect(labeling.said).toEqual([]);
  });

  test('is judged as the first job put it out, with what only others read', async () => {
    const line = labelled(a, 1);
    const whole = {
      ...line,
      defects: {
        image_size: [{ width: 640, height: 480, depth: 3 }],
        annotations: line.defects.annotations.map((box) => ({ ...box, note: 'edge' })),
      },
      'defects-metadata': {
        ...line['defects-metadata'],
        objects: [{ confidence: 0.8, note: 'close' }],
        type: 'groundtruth/object-detection',
        'human-annotated': 'yes',
        'job-name': 'labeling-job/boxes',
      },
    };
    manifest(labels, [whole]);
    await prepareVerification(labeling.files, { labelsUri: labels, verificationManifest: 'v' });
    expect(JSON.parse(labeling.objects.get('s3://labeling/v') ?? '')).toEqual(whole);
  });

  test('of an image that failed is nothing but why, and the others keep what people said of them', async () => {
    const { defects, ...failed } = { ...labelled(a, 1), 'defects-metadata': { 'failure-reason': 'no such image' } };
    const { 'defects-check': _, ...unjudged } = {
      ...judged(b, 1, 'correct'),
      'defects-check-metadata': { 'failure-reason': 'expired' },
    };
    const d = imageRef('d');
    manifest(labels, [failed, labelled(b, 1), labelled(d, 1)]);
    manifest(verdicts, [unjudged, judged(d, 1, 'correct')]);
    expect(await prepareVerification(labeling.files, { labelsUri: labels, verificationManifest: 'v' })).toEqual({
      images: 2,
    });
    expect(await publishRun(labeling, run)).toEqual({ approved: 1, rejected: 0, requeued: 2, failed: 0 });
    expect(states()).toEqual({ a: 'waiting 2', b: 'waiting 2' });
  });

  test('lets images go that the run took and never wrote down', async () => {
    manifest(labels, [labelled(a, 1)]);
    manifest(verdicts, [judged(a, 1, 'correct')]);
    expect(await publishRun(labeling, run)).toMatchObject({ approved: 1, requeued: 1 });
    expect(states()).toEqual({ a: 'labeled 1', b: 'waiting 1' });
  });

  test.each([
    ['is no JSON', ['{"a":']],
    ['is no object', ['[]']],
    ['lacks what we carry along', [{ 'source-ref': a.uri }]],
    ['is of one image and says another', [{ ...labelled(a, 1), imageId: b.imageId }]],
    ['has a box that is no box', [{ ...labelled(a, 1), defects: { annotations: [{ class_id: 0, left: 'x' }] } }]],
    ['has a date that is none', [{ ...labelled(a, 1), 'defects-metadata': { 'creation-date': 'soon' } }]],
    ['is of an image that an earlier one is of', [labelled(a, 1), labelled(a, 1)]],
  ])('names the line of a manifest that %s', async (_, lines) => {
    labeling.objects.set(
      labels,
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    );
    await expect(publishRun(labeling, run)).rejects.toThrow(`line ${lines.length} of s3://labeling/labels`);
  });

  test('tries an image again that is marked with a class that the job did not name', async () => {
    const stray = labelled(a, 1);
    stray.defects.annotations = [{ class_id: 7, left: 1, top: 1, width: 9, height: 9 }];
    manifest(labels, [stray, labelled(b, 1)]);
    manifest(verdicts, [judged(a, 1, 'correct'), judged(b, 1, 'correct')]);
    expect(await publishRun(labeling, run)).toMatchObject({ approved: 1, requeued: 1 });
  });

  test('takes no part for one without a defect whose only box is too small to be seen: it is tried again', async () => {
    const hairline = labelled(a, 1);
    hairline.defects.annotations = [{ class_id: 1, left: 9, top: 9, width: 0, height: 200 }];
    const alsoSeen = labelled(b, 1);
    alsoSeen.defects.annotations.push({ class_id: 1, left: 9, top: 9, width: 0, height: 200 });
    manifest(labels, [hairline, alsoSeen]);
    manifest(verdicts, [judged(a, 1, 'correct'), judged(b, 1, 'correct')]);
    expect(await publishRun(labeling, run)).toMatchObject({ approved: 1, requeued: 1 });
    expect(labeling.said[0]?.data.labels?.items).toMatchObject([{ imageId: b.imageId, boxes: [{ left: 600 }] }]);
  });

  test('tries an image again of which no job says when it was labelled', async () => {
    const undated = (line: object) =>
      JSON.parse(JSON.stringify(line), (key, value) => (key === 'creation-date' ? undefined : value));
    manifest(labels, [undated(labelled(a, 1)), labelled(b, 1)]);
    manifest(verdicts, [undated(judged(a, 1, 'correct')), judged(b, 1, 'correct')]);
    expect(await publishRun(labeling, run)).toMatchObject({ approved: 1, requeued: 1 });
  });

  test('gives no reason for a verdict that is called like a member of every object', async () => {
    manifest(labels, [labelled(a, 1)]);
    manifest(verdicts, [judged(a, 1, '__proto__')]);
    await publishRun(labeling, run);
    expect(JSON.stringify(labeling.said.at(-1))).toContain('"verdict":"rejected"');
    expect(JSON.stringify(labeling.said.at(-1))).not.toContain('"reason"');
  });

  test('names the line of a manifest that is damaged', async () => {
    labeling.objects.set(labels, '{"imageId": 1}\n');
    await expect(publishRun(labeling, run)).rejects.toThrow(/line 1 of s3:\/\/labeling\/labels/);
  });

  test('of a run that failed is that its images go back, three times at most', async () => {
    expect(await releaseRun(labeling, { runId: 'run-1', reason: 'run failed' })).toEqual({ requeued: 2, failed: 0 });
    expect(states()).toEqual({ a: 'waiting 2', b: 'waiting 2' });
    expect(await releaseRun(labeling, { runId: 'run-1', reason: 'run failed' })).toEqual({ requeued: 0, failed: 0 });
    await collect('run-2');
    await releaseRun(labeling, { runId: 'run-2', reason: 'run failed' });
    await collect('run-3');
    expect(await releaseRun(labeling, { runId: 'run-3', reason: 'run aborted' })).toEqual({ requeued: 0, failed: 2 });
    expect(labeling.failures()).toMatchObject([{ attempts: 3, reason: 'run aborted' }, { attempts: 3 }]);
  });
});
