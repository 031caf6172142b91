import type { View, Window } from './view.ts';

/** What lies outside of an image, in training as in letterboxing. */
export const PADDING_VALUE = 114;

/** Where the pixels of one target axis come from. A view turns by quarters, so that each follows one source axis. */
interface SourceAxis {
  /** Place of the pixel before, in the plane; −1 outside of the source. */
  readonly offsets: Int32Array;
  /** Share of the pixel after it. */
  readonly shares: Float32Array;
  /** Distance of neighbours in the plane. */
  readonly next: number;
}

/** Draws a view of `source` into a window of `target`; both are RGB planes [3, size, size]. Bilinear. */
export function warp(target: Uint8Array, source: Uint8Array, size: number, view: View, window: Window): void {
  const tone = toneCurve(view);
  const plane = size * size;
  const { xx, xy, yx, yy, zoom } = view;
  const isUpright = xx !== 0;
  const along = (start: number, length: number, centre: number, slope: number, next: number) =>
    sourceAxis({ start, length, centre, slope: slope / zoom, size, next });
  const columns = along(window.left, window.width, view.centreX, isUpright ? xx : yx, isUpright ? 1 : size);
  const rows = along(window.top, window.height, view.centreY, isUpright ? yy : xy, isUpright ? size : 1);
  const [right, down] = [columns.next, rows.next];
  for (let row = 0; row < window.height; row++) {
    const rowOffset = rows.offsets[row]!;
    const downShare = rows.shares[row]!;
    let to = (window.top + row) * size + window.left;
    for (let column = 0; column < window.width; column++, to++) {
      const columnOffset = columns.offsets[column]!;
      if (rowOffset < 0 || columnOffset < 0) {
        target[to] = PADDING_VALUE;
        target[to + plane] = PADDING_VALUE;
        target[to + 2 * plane] = PADDING_VALUE;
        continue;
      }
      const rightShare = columns.shares[column]!;
      for (let channel = 0, from = rowOffset + columnOffset, out = to; channel < 3; channel++) {
        const first = source[from]!;
        const second = source[from + down]!;
        const above = first + (source[from + right]! - first) * rightShare;
        const below = second + (source[from + down + right]! - second) * rightShare;
        target[out] = tone[(above + (below - above) * downShare + 0.5) | 0]!;
        from += plane;
        out += plane;
      }
    }
  }
}

interface AxisOptions {
  readonly start: number;
  readonly length: number;
  /** Target position of the source's centre. */
  readonly centre: number;
  /** Source pixels a target pixel; negative when mirrored. */
  readonly slope: number;
  readonly size: number;
  readonly next: number;
}

function sourceAxis({ start, length, centre, slope, size, next }: AxisOptions): SourceAxis {
  const offsets = new Int32Array(length);
  const shares = new Float32Array(length);
  const last = size - 1.001;
  for (let i = 0; i < length; i++) {
    const position = (start + i + 0.5 - centre) * slope + size / 2 - 0.5;
    if (position < -0.5 || position > size - 0.5) {
      offsets[i] = -1;
      continue;
    }
    const clamped = Math.min(last, Math.max(0, position));
    const pixel = Math.floor(clamped);
    offsets[i] = pixel * next;
    shares[i] = clamped - pixel;
  }
  return { offsets, shares, next };
}

function toneCurve({ brightness, contrast }: View): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => (value - 128) * contrast + 128 + brightness);
}
