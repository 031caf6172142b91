import type { Size } from '@assay/vision';
import { add, minimum, multiply } from '../autodiff/operators/arithmetic.ts';
import { exponential } from '../autodiff/operators/functions.ts';
import { concatenate, reshape, split } from '../autodiff/operators/shapes.ts';
import { dims4, type Tensor } from '../autodiff/tensor.ts';
import type { LevelPrediction } from './detector-network.ts';
import { anchorsOf } from './shape.ts';

/** All levels in one row of A anchors. */
export interface DecodedPredictions {
  /** Class logits [N, classes, A]. */
  readonly logits: Tensor;
  /** Box centres in input pixels [N, 2, A]. */
  readonly centres: Tensor;
  /** Box widths and heights in input pixels [N, 2, A]. */
  readonly sizes: Tensor;
}

/** exp(4) · 2 · 32 pixels is wider than any input in use; without the bound one bad step overflows. */
const LARGEST_LOG_SIZE = 4;

/** x = (anchor + tx) · stride, w = 2 · stride · exp(tw); y and h alike. */
export function decodePredictions(levels: readonly LevelPrediction[], input: Size): DecodedPredictions {
  const anchors = anchorsOf(input);
  const logits = concatenate(
    levels.map((level) => inOneRow(level.classes)),
    2,
  );
  const { graph } = logits;
  const [offsets, logSizes] = split(
    concatenate(
      levels.map((level) => inOneRow(level.boxes)),
      2,
    ),
    1,
    [2, 2],
  );
  if (!offsets || !logSizes) throw new Error('a box needs an offset and a size');
  const anchorCentres = graph.constant(Float32Array.of(...anchors.x, ...anchors.y), [2, anchors.count]);
  const stride = graph.constant(anchors.stride);
  const unitSize = graph.constant(anchors.stride.map((pixels) => 2 * pixels));
  return {
    logits,
    centres: add(multiply(offsets, stride), anchorCentres),
    sizes: multiply(exponential(minimum(logSizes, LARGEST_LOG_SIZE)), unitSize),
  };
}

function inOneRow(x: Tensor): Tensor {
  const [n, c, h, w] = dims4(x);
  return reshape(x, [n, c, h * w]);
}
