import { concatenate, split } from '../autodiff/operators/shapes.ts';
import { dims4, type Tensor } from '../autodiff/tensor.ts';
import type { LevelPrediction } from './detector-network.ts';

const X = 3;
const Y = 2;

/** The axes of [N, C, H, W] along which each view is mirrored. */
const views: readonly (readonly number[])[] = [[], [X], [Y], [Y, X]];

/** An image [1, C, H, W] and its mirror images: [4, C, H, W]. */
export function mirrorViews(image: Tensor): Tensor {
  return concatenate(
    views.map((axes) => mirrored(image, axes)),
    0,
  );
}

/** What a level predicts for the image, as the mean over its views: [4, C, h, w] → [1, C, h, w]. */
export function meanOfViews({ classes, boxes }: LevelPrediction): LevelPrediction {
  const upright = (x: Tensor) => split(x, 0, [1, 1, 1, 1]).map((view, i) => mirrored(view, views[i] ?? []));
  const turnedBack = upright(boxes).map((view, i) => {
    const across = (axis: number) => (views[i]?.includes(axis) ? -1 : 1);
    // Offsets from the cell's centre change their sign; sizes don't.
    const signs = view.graph.constant([across(X), across(Y), 1, 1], [1, 4, 1, 1]);
    return view.graph.emit('Mul', [view, signs], view.dims);
  });
  return { classes: mean(upright(classes)), boxes: mean(turnedBack) };
}

function mirrored(x: Tensor, axes: readonly number[]): Tensor {
  if (axes.length === 0) return x;
  const { graph } = x;
  const all = (value: number) => graph.indices(axes.map(() => value));
  // From the last backwards; −1 − size is before the first.
  const ends = graph.indices(axes.map((axis) => -1 - (x.dims[axis] ?? 0)));
  return graph.emit('Slice', [x, all(-1), ends, graph.indices(axes), all(-1)], x.dims);
}

function mean(parts: readonly Tensor[]): Tensor {
  const whole = concatenate(parts, 0);
  const [, ...dims] = dims4(whole);
  return whole.graph.emit('ReduceMean', [whole], [1, ...dims], { attributes: { axes: [0], keepdims: 1 } });
}
