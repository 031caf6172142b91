import { expect, it } from 'vitest';
import { blur } from './blur.ts';

const image = (width: number, height: number, valueAt: (x: number, y: number) => number) => ({
  width,
  height,
  values: Float32Array.from({ length: width * height }, (_, index) =>
    valueAt(index % width, Math.floor(index / width)),
  ),
});

it('leaves a plain image as it is, up to its edges, even where the Gaussian is wider than the image', () => {
  for (const value of blur(
    image(5, 3, () => 7),
    4,
  ))
    expect(value).toBeCloseTo(7, 5);
});

it('turns a point into a Gaussian', () => {
  const blurred = blur(
    image(41, 41, (x, y) => (x === 20 && y === 20 ? 1 : 0)),
    2,
  );
  const peak = blurred[20 * 41 + 20] ?? 0;
  expect(peak).toBeCloseTo(1 / (2 * Math.PI * 2 ** 2), 3);
  for (const [dx, dy] of [
    [3, 0],
    [0, -3],
    [2, 2],
  ] as const)
    expect((blurred[(20 + dy) * 41 + 20 + dx] ?? 0) / peak).toBeCloseTo(Math.exp(-(dx ** 2 + dy ** 2) / 8), 5);
});
