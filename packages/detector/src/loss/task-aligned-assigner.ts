import { elementwise, rawReshape, select, unary } from '../autodiff/broadcasting.ts';
import { fusedMatrixProduct } from '../autodiff/matrix-product.ts';
import type { Tensor } from '../autodiff/tensor.ts';
import type { Anchors } from '../network/shape.ts';
import { type Corners, splitBoxes } from './boxes.ts';

/** Padded ground truth of a batch: M slots an image. */
export interface Truths {
  /** x1, y1, x2, y2 in input pixels [N, M, 4]. */
  readonly boxes: Tensor;
  /** One-hot classes [N, M, classes]. */
  readonly classes: Tensor;
  /** 1 for a truth, 0 for padding [N, M, 1]. */
  readonly mask: Tensor;
}

export interface Assignment {
  /** Target scores [N, classes, A]. */
  readonly scores: Tensor;
  /** Target boxes, zero where there is none [N, 4, A]. */
  readonly boxes: Tensor;
  /** Weight of each anchor's box loss [N, A]. */
  readonly weights: Tensor;
}

export const CANDIDATES = 10;
/** Boxes count as at least this many strides to each side of their centre: else a thin scratch holds no anchor. */
const SMALLEST_REACH = 0.75;
/** Of an anchor that a truth doesn't overlap yet; it falls by half from the first truth to the last. */
const LEAST_CLAIM = 1e-4;
/** A truth's best anchor aims at least this high, so that training starts although nothing overlaps yet. */
const SMALLEST_TARGET = 0.2;

/**
 * Task-aligned assignment (TOOD, Feng et al. 2021) as graph operators: per truth, the ten anchors inside it with the
 * largest IoU⁶ · √score; an anchor claimed by several truths goes to the one it overlaps most. Inputs are detached:
 * no gradient flows through targets.
 *
 * @param logits class logits [N, classes, A]
 * @param predicted predicted boxes, each side [N, A]
 */
export function assignTargets(logits: Tensor, predicted: Corners, truths: Truths, anchors: Anchors): Assignment {
  const { graph } = logits;
  const multiply = (a: Tensor, b: Tensor) => elementwise('Mul', a, b);
  const truth = splitBoxes(truths.boxes, 2);
  const iou = pairwiseIou(truth, predicted);
  const candidates = multiply(insideTest(truth, anchors), truths.mask);
  const scores = graph.emit('MatMul', [truths.classes, unary('Sigmoid', logits)], iou.dims);
  const iou2 = multiply(iou, iou);
  const iou6 = multiply(multiply(iou2, iou2), iou2);
  // The small constant lets the score alone rank the anchors of a truth that nothing overlaps yet.
  const ranked = elementwise('Add', iou6, graph.constant(1e-7));
  const alignment = multiply(multiply(ranked, unary('Sqrt', scores)), candidates);

  const chosen = multiply(largestOfEachTruth(alignment), candidates);
  const positive = multiply(chosen, winningTruth(iou, chosen));
  const weights = normalizedAlignment(multiply(alignment, positive), multiply(iou, positive));
  return {
    scores: fusedMatrixProduct(truths.classes, weights, { transposeA: true }),
    boxes: fusedMatrixProduct(truths.boxes, positive, { transposeA: true }),
    weights: reduceMax(weights, 1, false),
  };
}

/** IoU of every truth with every prediction [N, M, A]; truth sides [N, M, 1], predicted sides [N, A]. */
function pairwiseIou(truth: Corners, predicted: Corners): Tensor {
  const { graph } = truth.x1;
  const zero = graph.constant(0);
  const sides = { x1: row(predicted.x1), y1: row(predicted.y1), x2: row(predicted.x2), y2: row(predicted.y2) };
  const overlap = (start: 'x1' | 'y1', end: 'x2' | 'y2') => {
    const first = elementwise('Max', truth[start], sides[start]);
    return elementwise('Max', elementwise('Sub', elementwise('Min', truth[end], sides[end]), first), zero);
  };
  const intersection = elementwise('Mul', overlap('x1', 'x2'), overlap('y1', 'y2'));
  const union = elementwise('Sub', elementwise('Add', area(truth), area(sides)), intersection);
  return elementwise('Div', intersection, elementwise('Add', union, graph.constant(1e-6)));
}

/** 1 where an anchor's centre lies inside a truth, grown to the smallest reach [N, M, A]. */
function insideTest(truth: Corners, anchors: Anchors): Tensor {
  const { graph } = truth.x1;
  const half = graph.constant(0.5);
  const reach = graph.constant(anchors.stride.map((stride) => SMALLEST_REACH * stride));
  const margin = (centres: Float32Array, start: Tensor, end: Tensor) => {
    const centre = elementwise('Mul', elementwise('Add', start, end), half);
    const halfSize = elementwise('Mul', elementwise('Sub', end, start), half);
    const distance = unary('Abs', elementwise('Sub', graph.constant(centres), centre));
    return elementwise('Sub', elementwise('Max', halfSize, reach), distance);
  };
  const nearest = elementwise('Min', margin(anchors.x, truth.x1, truth.x2), margin(anchors.y, truth.y1, truth.y2));
  return indicator(elementwise('Greater', nearest, graph.constant(0), 'bool'));
}

function largestOfEachTruth(alignment: Tensor): Tensor {
  const { graph } = alignment;
  const [n = 0, m = 0] = alignment.dims;
  const shape = { dims: [n, m, CANDIDATES] };
  const attributes = { axis: 2, sorted: 1 };
  const outputs = [shape, { ...shape, type: 'int64' as const }];
  const [values] = graph.emitMany('TopK', [alignment, graph.indices([CANDIDATES])], outputs, attributes);
  if (!values) throw new Error('TopK was emitted without values');
  const last = [graph.indices([CANDIDATES - 1]), graph.indices([CANDIDATES]), graph.indices([2])];
  const smallest = graph.emit('Slice', [values, ...last], [n, m, 1]);
  const threshold = elementwise('Max', smallest, graph.constant(1e-12));
  return indicator(elementwise('GreaterOrEqual', alignment, threshold, 'bool'));
}

/**
 * One truth for each anchor. Of truths that it overlaps alike, as the same box that was marked twice or boxes that nothing
 * overlaps yet, the first: two would add up to a target that is neither, with a score above 1.
 */
function winningTruth(iou: Tensor, chosen: Tensor): Tensor {
  const { graph } = iou;
  const [, m = 0] = iou.dims;
  const inOrder = Array.from({ length: m }, (_, slot) => LEAST_CLAIM * (1 - slot / (2 * m)));
  const claim = elementwise('Mul', elementwise('Add', iou, graph.constant(inOrder, [1, m, 1])), chosen);
  const best = elementwise('Max', reduceMax(claim, 1, true), graph.constant(1e-9));
  return indicator(elementwise('GreaterOrEqual', claim, best, 'bool'));
}

/** Scales each truth's alignments so that the best of them equals its best IoU. */
function normalizedAlignment(alignment: Tensor, iou: Tensor): Tensor {
  const { graph } = alignment;
  const largest = elementwise('Add', reduceMax(alignment, 2, true), graph.constant(1e-12));
  const target = elementwise('Max', reduceMax(iou, 2, true), graph.constant(SMALLEST_TARGET));
  return elementwise('Mul', elementwise('Div', alignment, largest), target);
}

function area({ x1, y1, x2, y2 }: Corners): Tensor {
  return elementwise('Mul', elementwise('Sub', x2, x1), elementwise('Sub', y2, y1));
}

function reduceMax(x: Tensor, axis: number, keepDims: boolean): Tensor {
  const kept = x.dims.map((size, position) => (position === axis ? 1 : size));
  const dims = keepDims ? kept : x.dims.filter((_, position) => position !== axis);
  return x.graph.emit('ReduceMax', [x], dims, { attributes: { axes: [axis], keepdims: keepDims ? 1 : 0 } });
}

function indicator(condition: Tensor): Tensor {
  const { graph } = condition;
  return select(condition, graph.constant(1), graph.constant(0));
}

/** [N, A] → [N, 1, A] */
function row(x: Tensor): Tensor {
  const [n = 0, a = 0] = x.dims;
  return rawReshape(x, [n, 1, a]);
}
