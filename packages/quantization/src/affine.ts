/** Values from `lowest` to `highest` that a tensor takes. */
export interface Range {
  readonly lowest: number;
  readonly highest: number;
}

/** real = scale · (integer − zeroPoint); the integer is a uint8. */
export interface Affine {
  /** A float32. */
  readonly scale: number;
  readonly zeroPoint: number;
}

/** A float32's smallest normal number: smaller scales become zero where denormals are flushed. */
const SMALLEST_SCALE = 2 ** -126;

/** A uint8 for each value of a range; zero, which padding needs, is always one of them, and exact. */
export function affineOf({ lowest, highest }: Range): Affine {
  const low = Math.min(lowest, 0);
  const high = Math.max(highest, 0);
  if (high - low === 0) return { scale: 1, zeroPoint: 0 };
  const scale = Math.fround(Math.max((high - low) / 255, SMALLEST_SCALE));
  return { scale, zeroPoint: Math.min(255, Math.max(0, roundToEven(-low / scale))) };
}

/** As ONNX's QuantizeLinear rounds: halves to the even neighbour. */
export function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
