import { blur } from './blur.ts';
import type { GreyImage } from './grey-image.ts';

/** A spot that stands out, and a perceptual hash of what is around it. */
export interface Feature {
  /** Of the patch's centre, in pixels. */
  readonly x: number;
  readonly y: number;
  /** 32 bits: the signs of the lowest frequencies, so that light and contrast change nothing. */
  readonly hash: number;
}

/** So many of the strongest spots. */
const MOST_FEATURES = 80;
/**
 * And the strongest of each cell of so many pixels a side: the strongest of all may lie on outlines, which parts of one
 * design have in common.
 */
const CELL = 24;
/** Spots are as large as the difference of these two Gaussians shows them best, in pixels. */
const FINE = 2;
const COARSE = 3.2;
/** A spot is the strongest within so many pixels in each direction. */
const APART = 2;
/** Half a patch's side in pixels. */
export const PATCH_RADIUS = 16;
/** A patch is hashed at half its resolution. */
const CELLS = PATCH_RADIUS;
const HASH_BITS = 32;

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly strength: number;
}

/** The spots that stand out, away from the edges by half a patch. */
export function featuresOf(image: GreyImage): Feature[] {
  const { width, height } = image;
  const fine = blur(image, FINE);
  const spots = spotsOf(fine, blur(image, COARSE), width, height).sort((a, b) => b.strength - a.strength);
  const ofCells = new Map<number, Spot>();
  for (const spot of spots) {
    const cell = Math.floor(spot.y / CELL) * width + Math.floor(spot.x / CELL);
    if (!ofCells.has(cell)) ofCells.set(cell, spot);
  }
  const chosen = new Set([...spots.slice(0, MOST_FEATURES), ...ofCells.values()]);
  return [...chosen].map(({ x, y }) => ({ x, y, hash: hashOf(fine, width, x, y) }));
}

function spotsOf(fine: Float32Array, coarse: Float32Array, width: number, height: number): Spot[] {
  const strength = fine.map((value, index) => Math.abs(value - coarse[index]!));
  const spots: Spot[] = [];
  for (let y = PATCH_RADIUS; y < height - PATCH_RADIUS; y++)
    for (let x = PATCH_RADIUS; x < width - PATCH_RADIUS; x++)
      if (isStrongest(strength, width, height, x, y)) spots.push({ x, y, strength: strength[y * width + x]! });
  return spots;
}

function isStrongest(strength: Float32Array, width: number, height: number, x: number, y: number): boolean {
  const own = strength[y * width + x]!;
  if (own === 0) return false;
  for (let row = Math.max(0, y - APART); row <= Math.min(height - 1, y + APART); row++)
    for (let column = Math.max(0, x - APART); column <= Math.min(width - 1, x + APART); column++)
      if (strength[row * width + column]! > own) return false;
  return true;
}

/** The discrete cosine transform's lowest frequencies but the mean, each over all cells of a patch. */
const FREQUENCIES: readonly Float32Array[] = lowestFrequencies().map(([u, v]) =>
  Float32Array.from({ length: CELLS * CELLS }, (_, cell) => {
    const wave = (place: number, frequency: number) => Math.cos((Math.PI * (2 * place + 1) * frequency) / (2 * CELLS));
    return wave(cell % CELLS, u) * wave(Math.floor(cell / CELLS), v);
  }),
);

function lowestFrequencies(): [number, number][] {
  const all = Array.from({ length: CELLS * CELLS }, (_, index): [number, number] => [
    index % CELLS,
    Math.floor(index / CELLS),
  ]);
  return all.sort(([a, b], [c, d]) => a + b - c - d).slice(1, 1 + HASH_BITS);
}

function hashOf(values: Float32Array, width: number, x: number, y: number): number {
  const cells = new Float32Array(CELLS * CELLS);
  for (let row = 0; row < 2 * CELLS; row++)
    for (let column = 0; column < 2 * CELLS; column++) {
      const value = values[(y - PATCH_RADIUS + row) * width + x - PATCH_RADIUS + column]!;
      cells[(row >> 1) * CELLS + (column >> 1)]! += value;
    }
  let hash = 0;
  for (const [bit, wave] of FREQUENCIES.entries()) {
    let sum = 0;
    for (let cell = 0; cell < cells.length; cell++) sum += cells[cell]! * wave[cell]!;
    if (sum > 0) hash |= 1 << bit;
  }
  return hash >>> 0;
}
