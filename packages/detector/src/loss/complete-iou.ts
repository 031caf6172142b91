import { add, divide, maximum, minimum, multiply, subtract } from '../autodiff/operators/arithmetic.ts';
import { arcTangent } from '../autodiff/operators/functions.ts';
import { detach, type Tensor } from '../autodiff/tensor.ts';
import type { Corners } from './boxes.ts';

/** A predicted box by its centre and size as well as by its sides; all [N, A]. */
export interface PredictedBox extends Corners {
  readonly centreX: Tensor;
  readonly centreY: Tensor;
  readonly width: Tensor;
  readonly height: Tensor;
}

const EPSILON = 1e-6;

/**
 * Complete IoU (Zheng et al. 2020) of each prediction with its target: overlap, minus the distance of the centres,
 * minus the difference of the proportions. The latter's weight is a constant for the backward pass, as in the paper.
 */
export function completeIou(predicted: PredictedBox, target: Corners): Tensor {
  const iou = intersectionOverUnion(predicted, target);
  const proportions = proportionDifference(predicted, target);
  const weight = detach(divide(proportions, add(subtract(proportions, iou), 1 + EPSILON)));
  return subtract(subtract(iou, centreDistance(predicted, target)), multiply(proportions, weight));
}

function intersectionOverUnion(predicted: PredictedBox, target: Corners): Tensor {
  const width = subtract(minimum(predicted.x2, target.x2), maximum(predicted.x1, target.x1));
  const height = subtract(minimum(predicted.y2, target.y2), maximum(predicted.y1, target.y1));
  const intersection = multiply(maximum(width, 0), maximum(height, 0));
  const targetArea = multiply(subtract(target.x2, target.x1), subtract(target.y2, target.y1));
  const areas = add(multiply(predicted.width, predicted.height), targetArea);
  return divide(intersection, add(subtract(areas, intersection), EPSILON));
}

/** Squared distance of the centres over the squared diagonal of the box around both. */
function centreDistance(predicted: PredictedBox, target: Corners): Tensor {
  const width = subtract(maximum(predicted.x2, target.x2), minimum(predicted.x1, target.x1));
  const height = subtract(maximum(predicted.y2, target.y2), minimum(predicted.y1, target.y1));
  const diagonal = add(add(square(width), square(height)), EPSILON);
  const dx = subtract(predicted.centreX, multiply(add(target.x1, target.x2), 0.5));
  const dy = subtract(predicted.centreY, multiply(add(target.y1, target.y2), 0.5));
  return divide(add(square(dx), square(dy)), diagonal);
}

function proportionDifference(predicted: PredictedBox, target: Corners): Tensor {
  const targetWidth = subtract(target.x2, target.x1);
  const targetHeight = subtract(target.y2, target.y1);
  const targetAngle = arcTangent(divide(targetWidth, add(targetHeight, EPSILON)));
  const predictedAngle = arcTangent(divide(predicted.width, add(predicted.height, EPSILON)));
  return multiply(square(subtract(targetAngle, predictedAngle)), 4 / Math.PI ** 2);
}

function square(x: Tensor): Tensor {
  return multiply(x, x);
}
