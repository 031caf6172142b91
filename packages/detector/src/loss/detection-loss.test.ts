import { square } from '@assay/vision';
import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { rawReshape } from '../autodiff/broadcasting.ts';
import { Graph } from '../autodiff/graph.ts';
import { anchorsOf } from '../network/shape.ts';
import { mapCorners, splitBoxes } from './boxes.ts';
import { detectionLoss } from './detection-loss.ts';
import { assignTargets } from './task-aligned-assigner.ts';

type Box = readonly [number, number, number, number];

const INPUT = square(64);
const anchors = anchorsOf(INPUT);
const A = anchors.count;

/** Every anchor predicts a box of `side` pixels around its own centre. */
function predictedBoxes(side: number): Float32Array {
  const rows = [anchors.x, anchors.y].flatMap(() => [...anchors.x]);
  const boxes = Float32Array.from({ length: 4 * A }, (_, i) => rows[i % A] ?? 0);
  for (let a = 0; a < A; a++) {
    const [x = 0, y = 0] = [anchors.x[a], anchors.y[a]];
    boxes.set([x - side / 2], a);
    boxes.set([y - side / 2], A + a);
    boxes.set([x + side / 2], 2 * A + a);
    boxes.set([y + side / 2], 3 * A + a);
  }
  return boxes;
}

async function assign(truths: readonly Box[], side: number) {
  const graph = new Graph();
  const m = truths.length;
  const logits = graph.input('logits', [1, 1, A]);
  const predicted = splitBoxes(graph.input('predicted', [1, 4, A]), 1);
  const corners = mapCorners(predicted, (side) => rawReshape(side, [1, A]));
  const given = {
    boxes: graph.input('boxes', [1, m, 4]),
    classes: graph.input('classes', [1, m, 1]),
    mask: graph.input('mask', [1, m, 1]),
  };
  const { scores, boxes, weights } = assignTargets(logits, corners, given, anchors);
  graph.output(scores, 'scores');
  graph.output(boxes, 'targets');
  graph.output(weights, 'weights');
  const answer = await (await InferenceSession.create(graph.encode())).run({
    logits: new RuntimeTensor('float32', new Float32Array(A).fill(-2), [1, 1, A]),
    predicted: new RuntimeTensor('float32', predictedBoxes(side), [1, 4, A]),
    boxes: new RuntimeTensor('float32', Float32Array.from(truths.flat()), [1, m, 4]),
    classes: new RuntimeTensor('float32', new Float32Array(m).fill(1), [1, m, 1]),
    mask: new RuntimeTensor('float32', new Float32Array(m).fill(1), [1, m, 1]),
  });
  return { scores: floats(answer.scores), targets: floats(answer.targets), weights: floats(answer.weights) };
}

describe('target assignment', () => {
  it('gives a truth at most ten anchors, all of them within it, the best aiming at the overlap it has', async () => {
    const { weights, scores } = await assign([[9, 10, 41, 43]], 32);
    const positive = [...weights.entries()].filter(([, weight]) => weight > 0).map(([anchor]) => anchor);
    expect(positive.length).toBeGreaterThan(0);
    expect(positive.length).toBeLessThanOrEqual(10);
    for (const anchor of positive) {
      expect(anchors.x[anchor]).toBeGreaterThan(9 - 0.75 * 32);
      expect(anchors.x[anchor]).toBeLessThan(41 + 0.75 * 32);
    }
    expect(Math.max(...weights)).toBeCloseTo((31 * 30) / (32 * 32 + 32 * 33 - 31 * 30), 2);
    expect([...scores]).toEqual([...weights]);
  });

  it('finds an anchor for a truth that is thinner than a cell', async () => {
    const { weights } = await assign([[9, 9, 55, 11]], 8);
    expect([...weights].some((weight) => weight > 0)).toBe(true);
  });

  it('gives an anchor that two truths claim to the one that it overlaps with most', async () => {
    const large: Box = [0, 0, 60, 60];
    const small: Box = [20, 20, 36, 36];
    const { targets, weights } = await assign([large, small], 16);
    const central = [...anchors.x.entries()].findIndex(
      ([a, x]) => x === 28 && anchors.y[a] === 28 && anchors.stride[a] === 8,
    );
    expect(weights[central]).toBeGreaterThan(0);
    expect([0, 1, 2, 3].map((side) => targets[side * A + central])).toEqual([...small]);
  });
});

describe('target assignment of what is marked more than once', () => {
  const box: Box = [16, 16, 40, 40];

  it('gives an anchor one of two same boxes, and not their sum', async () => {
    const [once, twice] = [await assign([box], 24), await assign([box, box], 24)];
    expect(twice.targets).toEqual(once.targets);
    expect(twice.scores).toEqual(once.scores);
  });

  it('gives an anchor one of two boxes when it overlaps neither yet', async () => {
    // A prediction of no size overlaps nothing.
    const { targets, scores, weights } = await assign(
      [
        [0, 0, 60, 60],
        [20, 20, 60, 60],
      ],
      0,
    );
    const taken = [...weights.keys()].filter((anchor) => weights[anchor]! > 0);
    expect(taken.length).toBeGreaterThan(10);
    for (const anchor of taken) {
      const target = [0, 1, 2, 3].map((side) => targets[side * A + anchor]);
      expect([
        [0, 0, 60, 60],
        [20, 20, 60, 60],
      ]).toContainEqual(target);
    }
    expect(Math.max(...scores)).toBeCloseTo(0.2, 4);
  });
});

describe('detection loss', () => {
  it('falls as boxes and scores come closer to the truth', async () => {
    const far = await lossOf(10, -4);
    const nearer = await lossOf(22, -1);
    const right = await lossOf(24, 6);
    expect(nearer.boxes).toBeLessThan(far.boxes);
    expect(right.boxes).toBeLessThan(0.2);
    expect(right.classes).toBeLessThan(nearer.classes);
  });
});

/** All anchors are silent but the one in the middle of the truth, which predicts a square. */
async function lossOf(side: number, logit: number) {
  const graph = new Graph();
  const predictions = {
    logits: graph.input('logits', [1, 1, A]),
    centres: graph.input('centres', [1, 2, A]),
    sizes: graph.input('sizes', [1, 2, A]),
  };
  const truths = {
    boxes: graph.input('boxes', [1, 1, 4]),
    classes: graph.input('classes', [1, 1, 1]),
    mask: graph.input('mask', [1, 1, 1]),
  };
  const loss = detectionLoss(predictions, truths, INPUT, { classes: 1, boxes: 1 });
  graph.output(loss.classes, 'class_loss');
  graph.output(loss.boxes, 'box_loss');
  const middle = [...anchors.x.keys()].findIndex(
    (a) => anchors.x[a] === 28 && anchors.y[a] === 28 && anchors.stride[a] === 8,
  );
  const answer = await (await InferenceSession.create(graph.encode())).run({
    logits: new RuntimeTensor('float32', new Float32Array(A).fill(-12).fill(logit, middle, middle + 1), [1, 1, A]),
    centres: new RuntimeTensor('float32', Float32Array.of(...anchors.x, ...anchors.y), [1, 2, A]),
    sizes: new RuntimeTensor(
      'float32',
      new Float32Array(2 * A)
        .fill(1)
        .fill(side, middle, middle + 1)
        .fill(side, A + middle, A + middle + 1),
      [1, 2, A],
    ),
    boxes: new RuntimeTensor('float32', Float32Array.of(16, 16, 40, 40), [1, 1, 4]),
    classes: new RuntimeTensor('float32', Float32Array.of(1), [1, 1, 1]),
    mask: new RuntimeTensor('float32', Float32Array.of(1), [1, 1, 1]),
  });
  return { classes: floats(answer.class_loss)[0] ?? 0, boxes: floats(answer.box_loss)[0] ?? 0 };
}

function floats(value: RuntimeTensor | undefined): Float32Array {
  if (!(value?.data instanceof Float32Array)) throw new Error('floats are needed');
  return value.data;
}
