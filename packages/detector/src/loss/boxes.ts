import { detach, type Tensor } from '../autodiff/tensor.ts';

/** The sides of many boxes, each a tensor of the same shape. */
export interface Corners {
  readonly x1: Tensor;
  readonly y1: Tensor;
  readonly x2: Tensor;
  readonly y2: Tensor;
}

/** Cuts boxes into their sides along `axis`, which keeps size 1; no gradient. */
export function splitBoxes(boxes: Tensor, axis: number): Corners {
  const { graph } = boxes;
  const shape = { dims: boxes.dims.map((size, position) => (position === axis ? 1 : size)) };
  const sizes = graph.indices([1, 1, 1, 1]);
  const [x1, y1, x2, y2] = graph.emitMany('Split', [boxes, sizes], [shape, shape, shape, shape], { axis });
  if (!x1 || !y1 || !x2 || !y2) throw new Error(`${boxes.name} does not hold four box sides`);
  return { x1, y1, x2, y2 };
}

export function mapCorners({ x1, y1, x2, y2 }: Corners, change: (side: Tensor) => Tensor): Corners {
  return { x1: change(x1), y1: change(y1), x2: change(x2), y2: change(y2) };
}

export function detachCorners(corners: Corners): Corners {
  return mapCorners(corners, detach);
}
