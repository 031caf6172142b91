import type { View, Window } from './view.ts';

/** What lies outside of an image, in training as in letterboxing. */
export const PADDING_VALUE = 114;

/** Draws a view of `source` into a window of `target`; both are RGB planes [3, size, size]. Bilinear. */
export function warp(target: Uint8Array, source: Uint8Array, size: number, view: View, window: Window): void {
  const tone = toneCurve(view);
  const plane = size * size;
  const last = size - 1.001;
  const step = 1 / view.zoom;
  const half = size / 2 - 0.5;
  for (let y = window.top; y < window.top + window.height; y++) {
    const dy = (y + 0.5 - view.centreY) * step;
    for (let x = window.left; x < window.left + window.width; x++) {
      const dx = (x + 0.5 - view.centreX) * step;
      const sourceX = view.xx * dx + view.xy * dy + half;
      const sourceY = view.yx * dx + view.yy * dy + half;
      const to = y * size + x;
      if (sourceX < -0.5 || sourceY < -0.5 || sourceX > size - 0.5 || sourceY > size - 0.5) {
        target[to] = PADDING_VALUE;
        target[to + plane] = PADDING_VALUE;
        target[to + 2 * plane] = PADDING_VALUE;
        continue;
      }
      const clampedX = sourceX < 0 ? 0 : sourceX > last ? last : sourceX;
      const clampedY = sourceY < 0 ? 0 : sourceY > last ? last : sourceY;
      const column = clampedX | 0;
      const row = clampedY | 0;
      const right = clampedX - column;
      const down = clampedY - row;
      const w00 = (1 - right) * (1 - down);
      const w01 = right * (1 - down);
      const w10 = (1 - right) * down;
      const w11 = right * down;
      for (let channel = 0, from = row * size + column, out = to; channel < 3; channel++) {
        const value =
          source[from]! * w00 + source[from + 1]! * w01 + source[from + size]! * w10 + source[from + size + 1]! * w11;
        target[out] = tone[(value + 0.5) | 0]!;
        from += plane;
        out += plane;
      }
    }
  }
}

function toneCurve({ brightness, contrast }: View): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => (value - 128) * contrast + 128 + brightness);
}
