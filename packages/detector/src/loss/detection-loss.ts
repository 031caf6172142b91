import type { Size } from '@assay/vision';
import { elementwise, rawReshape, reduceSum } from '../autodiff/broadcasting.ts';
import { add, divide, multiply, subtract } from '../autodiff/operators/arithmetic.ts';
import { softplus } from '../autodiff/operators/functions.ts';
import { sum } from '../autodiff/operators/reductions.ts';
import { reshape, split } from '../autodiff/operators/shapes.ts';
import { detach, type Tensor } from '../autodiff/tensor.ts';
import type { DecodedPredictions } from '../network/box-decoding.ts';
import { anchorsOf } from '../network/shape.ts';
import { detachCorners, mapCorners, splitBoxes } from './boxes.ts';
import { completeIou, type PredictedBox } from './complete-iou.ts';
import { assignTargets, type Truths } from './task-aligned-assigner.ts';

export interface LossWeights {
  readonly classes: number;
  readonly boxes: number;
}

export interface DetectionLoss {
  readonly total: Tensor;
  readonly classes: Tensor;
  readonly boxes: Tensor;
}

/** Binary cross entropy of the class scores and complete IoU of the boxes, both over the sum of the target scores. */
export function detectionLoss(
  predictions: DecodedPredictions,
  truths: Truths,
  input: Size,
  weights: LossWeights,
): DetectionLoss {
  const { logits } = predictions;
  const { graph } = logits;
  const box = predictedBox(predictions);
  const targets = assignTargets(detach(logits), detachCorners(box), truths, anchorsOf(input));
  const [n = 0, , a = 0] = logits.dims;
  const targetBoxes = mapCorners(splitBoxes(targets.boxes, 1), (side) => rawReshape(side, [n, a]));
  const scoreSum = elementwise('Max', reduceSum(targets.scores, [0, 1, 2]), graph.constant(1));

  // softplus(x) − x·t is the cross entropy of sigmoid(x) with the target t, without its overflow.
  const crossEntropy = subtract(softplus(logits), multiply(logits, targets.scores));
  const boxError = multiply(subtract(1, completeIou(box, targetBoxes)), targets.weights);
  const classes = multiply(divide(sum(crossEntropy), scoreSum), weights.classes);
  const boxes = multiply(divide(sum(boxError), scoreSum), weights.boxes);
  return { total: add(classes, boxes), classes, boxes };
}

function predictedBox({ centres, sizes }: DecodedPredictions): PredictedBox {
  const [centreX, centreY] = pair(centres);
  const [width, height] = pair(sizes);
  const halfWidth = multiply(width, 0.5);
  const halfHeight = multiply(height, 0.5);
  return {
    centreX,
    centreY,
    width,
    height,
    x1: subtract(centreX, halfWidth),
    x2: add(centreX, halfWidth),
    y1: subtract(centreY, halfHeight),
    y2: add(centreY, halfHeight),
  };
}

/** [N, 2, A] → two of [N, A] */
function pair(x: Tensor): [Tensor, Tensor] {
  const [n = 0, , a = 0] = x.dims;
  const [first, second] = split(x, 1, [1, 1]);
  if (!first || !second) throw new Error(`${x.name} does not hold a pair`);
  return [reshape(first, [n, a]), reshape(second, [n, a])];
}
