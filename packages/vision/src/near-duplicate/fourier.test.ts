import { expect, it } from 'vitest';
import { SquareTransform } from './fourier.ts';

it('is the sum that defines the transform', () => {
  const side = 8;
  const real = Float64Array.from({ length: side * side }, (_, index) => Math.sin(index * index));
  const imaginary = Float64Array.from({ length: side * side }, (_, index) => Math.cos(3 * index));
  const given = { real: real.slice(), imaginary: imaginary.slice() };
  new SquareTransform(side).apply({ real, imaginary });
  for (let v = 0; v < side; v++)
    for (let u = 0; u < side; u++) {
      let [re, im] = [0, 0];
      for (let index = 0; index < side * side; index++) {
        const angle = (-2 * Math.PI * (u * (index % side) + v * Math.floor(index / side))) / side;
        re += given.real[index]! * Math.cos(angle) - given.imaginary[index]! * Math.sin(angle);
        im += given.real[index]! * Math.sin(angle) + given.imaginary[index]! * Math.cos(angle);
      }
      expect(real[v * side + u]).toBeCloseTo(re, 9);
      expect(imaginary[v * side + u]).toBeCloseTo(im, 9);
    }
});
