import { blur } from './blur.ts';
import type { GreyImage } from './grey-image.ts';
import { PATCH_RADIUS, type PatchHash, patchHash } from './patch-hash.ts';

/** A spot that stands out, and a perceptual hash of what is around it. */
export interface Feature extends PatchHash {
  /** Of the patch's centre, in pixels. */
  readonly x: number;
  readonly y: number;
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
  return [...chosen].map(({ x, y }) => ({ x, y, ...patchHash(fine, width, x, y) }));
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
