import { describe, expect, test } from 'vitest';
import type { Answer, Job } from '../job.ts';
import { consolidateBoxes } from './boxes.ts';
import { consolidate } from './consolidate.ts';
import { consolidateVerdicts } from './verdicts.ts';

const box = (left: number, label = 'scratch', top = 0) => ({ label, left, top, width: 100, height: 100 });

describe('boxes of several workers', () => {
  test('that mean the same object become one, averaged, with how well they agree', () => {
    expect(consolidateBoxes([[box(0)], [box(10)], [box(20)]])).toEqual([{ ...box(10), confidence: 0.77 }]);
  });

  test('are kept when a majority has drawn them, and dropped otherwise', () => {
    const kept = consolidateBoxes([[box(0), box(500)], [box(0)], [box(300)]]);
    expect(kept).toEqual([{ ...box(0), confidence: 0.67 }]);
  });

  test('of different labels are different objects', () => {
    expect(consolidateBoxes([[box(0)], [box(0, 'dent')]])).toEqual([]);
  });

  test('of one worker are never joined', () => {
    const merged = consolidateBoxes([
      [box(0), box(20)],
      [box(2), box(22)],
    ]);
    expect(merged.map(({ left }) => left)).toEqual([1, 21]);
  });

  test('join with the most similar one first', () => {
    const merged = consolidateBoxes([[box(0), box(45)], [box(30)]]);
    expect(merged).toMatchObject([{ left: 38 }]);
  });

  test('of a single worker stand as they are, without confidence', () => {
    expect(consolidateBoxes([[box(7)]])).toEqual([{ ...box(7), confidence: 0 }]);
  });
});

describe('verdicts', () => {
  test('the majority decides, with its share as confidence', () => {
    expect(consolidateVerdicts(['a', 'b', 'b'])).toEqual({ label: 'b', confidence: 0.67 });
  });

  test('of a tie the first one given wins; a single one has no confidence', () => {
    expect(consolidateVerdicts(['b', 'a'])).toEqual({ label: 'b', confidence: 0.5 });
    expect(consolidateVerdicts(['a'])).toEqual({ label: 'a', confidence: 0 });
  });
});

test('a label is the same in whatever order the workers answered', () => {
  const job: Job = {
    name: 'boxes-1',
    arn: 'arn:aws:sagemaker:eu-west-1:000000000000:labeling-job/boxes-1',
    request: {} as Job['request'],
    kind: 'BoundingBox',
    team: 'team',
    status: 'InProgress',
    referenceCode: 'code',
    createdAt: 0,
    modifiedAt: 0,
    tags: [],
    categories: ['scratch'],
  };
  const answer = (worker: string, ...lefts: number[]): Answer => {
    const boundingBoxes = lefts.map((left) => box(left));
    const content = { annotatedResult: { boundingBoxes, inputImageProperties: { width: 900, height: 300 } } };
    return { task: 'task', worker, acceptedAt: 0, dueAt: 1, content };
  };
  const answers = [answer('ada', 0, 400), answer('ben', 410, 8), answer('cleo', 4, 404)];
  const label = consolidate(job, answers, 0);
  expect(label.value).toMatchObject({ annotations: [{ left: 4 }, { left: 405 }] });
  expect(consolidate(job, answers.toReversed(), 0)).toEqual(label);
});
