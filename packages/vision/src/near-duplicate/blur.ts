import type { GreyImage } from './grey-image.ts';

/** Beyond this many standard deviations a Gaussian is as good as nothing. */
const REACH = 3;

/** Blurs with a Gaussian of so many pixels' standard deviation; at the edges the image goes on as in a mirror. */
export function blur({ width, height, values }: GreyImage, sigma: number): Float32Array {
  const kernel = gaussian(sigma);
  const radius = kernel.length >> 1;
  const blurred = new Float32Array(values.length);
  // A row at a time: down first, into a line with the mirrored ends at both sides, then along the line.
  const line = new Float64Array(width + 2 * radius);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let tap = 0; tap < kernel.length; tap++) {
      const row = mirrored(y + tap - radius, height) * width;
      const weight = kernel[tap]!;
      for (let x = 0; x < width; x++) line[radius + x]! += weight * values[row + x]!;
    }
    for (let end = 1; end <= radius; end++) {
      line[radius - end] = line[radius + mirrored(-end, width)]!;
      line[radius + width - 1 + end] = line[radius + mirrored(width - 1 + end, width)]!;
    }
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap++) sum += kernel[tap]! * line[x + tap]!;
      blurred[y * width + x] = sum;
    }
  }
  return blurred;
}

function gaussian(sigma: number): Float64Array {
  const radius = Math.ceil(REACH * sigma);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, index) =>
    Math.exp(-((index - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function mirrored(place: number, length: number): number {
  const period = 2 * length;
  const within = ((place % period) + period) % period;
  return within < length ? within : period - 1 - within;
}
