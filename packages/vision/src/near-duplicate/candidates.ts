import type { Feature } from './features.ts';

/** Two images that may show the same thing, the second moved against the first. */
export interface Candidate {
  /** Indices of the images, the lower one first. */
  readonly first: number;
  readonly second: number;
  /** Where the second image's upper left corner lies in the first, in pixels, to some four pixels. */
  readonly dx: number;
  readonly dy: number;
}

/** Hashes are looked up by each half of their bits. */
const HALVES = [0, 16] as const;
/** Hashes that differ in more bits are of different patches. */
const MOST_DIFFERENT_BITS = 4;
/** Shifts that agree to so many pixels are the same shift. */
const SHIFT_STEP = 4;
/** Patches that have to agree on a shift: fewer do by chance. */
const LEAST_VOTES = 3;
/**
 * A patch that looks the same in more places than this is what such parts look like, and tells nothing of one of them. It
 * also keeps the search from growing with the square of the number of images.
 */
const MOST_PLACES = 48;

interface Place {
  readonly image: number;
  readonly index: number;
  readonly feature: Feature;
}

/** Pairs of images of which several patches look the same and agree on how one image is moved against the other. */
export function candidatesAmong(images: readonly (readonly Feature[])[]): Candidate[] {
  const votes = new Map<number, Map<string, Set<number>>>();
  for (const places of placesByHalf(images))
    for (const [position, a] of places.entries())
      for (const b of places.slice(position + 1)) {
        if (a.image === b.image || differentBits(a.feature.hash, b.feature.hash) > MOST_DIFFERENT_BITS) continue;
        const [first, second] = a.image < b.image ? [a, b] : [b, a];
        const shift = `${stepOf(first.feature.x - second.feature.x)} ${stepOf(first.feature.y - second.feature.y)}`;
        const ofPair = entryOf(votes, first.image * images.length + second.image, () => new Map());
        entryOf(ofPair, shift, () => new Set()).add(first.index);
      }
  return [...votes].flatMap(([pair, shifts]) => {
    const [[shift, voters] = ['', new Set()]] = [...shifts].sort(([, a], [, b]) => b.size - a.size);
    if (voters.size < LEAST_VOTES) return [];
    const [x = 0, y = 0] = shift.split(' ').map(Number);
    return {
      first: Math.floor(pair / images.length),
      second: pair % images.length,
      dx: x * SHIFT_STEP,
      dy: y * SHIFT_STEP,
    };
  });
}

/** Patches whose hashes agree in one half of their bits. */
function* placesByHalf(images: readonly (readonly Feature[])[]): Generator<readonly Place[]> {
  for (const half of HALVES) {
    const places = new Map<number, Place[]>();
    for (const [image, features] of images.entries())
      for (const [index, feature] of features.entries())
        entryOf(places, (feature.hash >>> half) & 0xffff, () => []).push({ image, index, feature });
    for (const same of places.values()) if (same.length > 1 && same.length <= MOST_PLACES) yield same;
  }
}

const stepOf = (pixels: number): number => Math.round(pixels / SHIFT_STEP);

function differentBits(a: number, b: number): number {
  let bits = a ^ b;
  let count = 0;
  while (bits !== 0) {
    bits &= bits - 1;
    count++;
  }
  return count;
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
