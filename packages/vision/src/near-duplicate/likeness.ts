import type { Candidate } from './candidates.ts';
import { type Spectrum, SquareTransform } from './fourier.ts';
import type { GreyImage } from './grey-image.ts';

/** Side of the square on which the shared region is compared. */
const SIDE = 64;
/** A smaller region than this, in pixels of either side, is too little to compare. */
const LEAST_SHARED = 32;
/** How far the shift may be off, in cells of the square. */
const TOLERANCE = 3;
/** Frequencies that are so much weaker than the strongest are noise. */
const NOISE = 1e-3;

const TRANSFORM = new SquareTransform(SIDE);
/** Von Hann's window. */
const HANN = Float64Array.from(
  { length: SIDE },
  (_, place) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (place + 1)) / (SIDE + 1)),
);

interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * How much the pixels are alike that two images share: the height of the peak of their phase correlation, from 0 to 1.
 *
 * Every frequency counts the same. So shapes and shades that all parts have in common, which fill a picture but few
 * frequencies, count little beside grain, dirt and scratches, which only pictures of the same place have in common.
 *
 * @param shift where the second image's upper left corner lies in the first, to some four pixels
 * @returns 0 when the images share too little
 * @see Kuglin and Hines, "The phase correlation image alignment method", 1975
 */
export function likeness(a: GreyImage, b: GreyImage, { dx, dy }: Pick<Candidate, 'dx' | 'dy'>): number {
  const left = Math.max(dx, 0);
  const top = Math.max(dy, 0);
  const width = Math.min(a.width, b.width + dx) - left;
  const height = Math.min(a.height, b.height + dy) - top;
  if (width < LEAST_SHARED || height < LEAST_SHARED) return 0;
  const first = windowed(resampled(a, { left, top, width, height }));
  const second = windowed(resampled(b, { left: left - dx, top: top - dy, width, height }));
  return peakNearby(phaseCorrelation(first, second));
}

/** The same for whole images, however they are moved against each other. */
export function likenessAnywhere(a: GreyImage, b: GreyImage): number {
  const whole = ({ width, height }: GreyImage) => ({ left: 0, top: 0, width, height });
  const [first, second] = [a, b].map((image) => windowed(resampled(image, whole(image))));
  return phaseCorrelation(first!, second!).reduce((peak, value) => Math.max(peak, value), 0);
}

/** Takes the mean out and lets the edges fade out, which would be seen as lines otherwise. Changes the values. */
function windowed(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  for (let index = 0; index < values.length; index++)
    values[index] = (values[index]! - mean) * HANN[index % SIDE]! * HANN[Math.floor(index / SIDE)]!;
  return values;
}

/** The correlation for every shift, each frequency counting the same. A square whose origin is the shift of nothing. */
function phaseCorrelation(a: Float64Array, b: Float64Array): Float64Array {
  const first = whitened(a);
  const second = whitened(b);
  for (let index = 0; index < a.length; index++) {
    const [re, im] = [first.real[index]!, first.imaginary[index]!];
    const [otherRe, otherIm] = [second.real[index]!, second.imaginary[index]!];
    first.real[index] = re * otherRe + im * otherIm;
    first.imaginary[index] = im * otherRe - re * otherIm;
  }
  // It is the inverse but for its sign, which only turns the square round: it is looked at all round its origin.
  TRANSFORM.apply(first);
  return first.real;
}

/** The spectrum with the strength taken out of it, as far as that isn't noise; of length 1. Changes the values. */
function whitened(real: Float64Array): Spectrum {
  const imaginary = new Float64Array(real.length);
  TRANSFORM.apply({ real, imaginary });
  let strongest = Number.EPSILON;
  for (let index = 0; index < real.length; index++)
    strongest = Math.max(strongest, Math.sqrt(real[index]! ** 2 + imaginary[index]! ** 2));
  let squares = Number.EPSILON;
  for (let index = 0; index < real.length; index++) {
    const factor = 1 / (Math.sqrt(real[index]! ** 2 + imaginary[index]! ** 2) + NOISE * strongest);
    real[index]! *= factor;
    imaginary[index]! *= factor;
    squares += real[index]! ** 2 + imaginary[index]! ** 2;
  }
  const length = Math.sqrt(squares);
  for (let index = 0; index < real.length; index++) {
    real[index]! /= length;
    imaginary[index]! /= length;
  }
  return { real, imaginary };
}

function peakNearby(correlation: Float64Array): number {
  let peak = 0;
  for (let y = -TOLERANCE; y <= TOLERANCE; y++)
    for (let x = -TOLERANCE; x <= TOLERANCE; x++)
      peak = Math.max(peak, correlation[((y + SIDE) % SIDE) * SIDE + ((x + SIDE) % SIDE)]!);
  return Math.min(1, peak);
}

/** A region at the square's resolution. Where that is lower, every pixel counts: else fine grain would turn into coarse. */
function resampled({ width, values }: GreyImage, { left, top, ...region }: Region): Float64Array {
  const columns = meansAlong(region.width);
  const rows = meansAlong(region.height);
  const narrow = new Float64Array(region.height * SIDE);
  for (let y = 0; y < region.height; y++)
    for (let x = 0; x < SIDE; x++) {
      const { from, weights } = columns[x]!;
      const start = (top + y) * width + left + from;
      let sum = 0;
      for (let offset = 0; offset < weights.length; offset++) sum += weights[offset]! * values[start + offset]!;
      narrow[y * SIDE + x] = sum;
    }
  const square = new Float64Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) {
    const { from, weights } = rows[y]!;
    for (let offset = 0; offset < weights.length; offset++)
      for (let x = 0; x < SIDE; x++) square[y * SIDE + x]! += weights[offset]! * narrow[(from + offset) * SIDE + x]!;
  }
  return square;
}

/** Which pixels a cell is the mean of. */
interface Mean {
  readonly from: number;
  readonly weights: Float64Array;
}

/** The cells along a side of so many pixels: linear interpolation, widened where cells are wider than pixels. */
function meansAlong(length: number): Mean[] {
  const scale = length / SIDE;
  const reach = Math.max(1, scale);
  return Array.from({ length: SIDE }, (_, cell) => {
    const centre = (cell + 0.5) * scale - 0.5;
    const from = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(length - 1, Math.floor(centre + reach));
    const weights = Float64Array.from({ length: last - from + 1 }, (_, offset) =>
      Math.max(0, 1 - Math.abs(from + offset - centre) / reach),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { from, weights: weights.map((weight) => weight / sum) };
  });
}
