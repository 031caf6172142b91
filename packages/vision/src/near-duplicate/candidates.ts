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
 * Of so many places where a patch looks the same every two are compared. Of more, which is what such parts look like, or one
 * picture that is there so many times, each is compared with the next few only: so the search doesn't grow with the square
 * of the number of images.
 */
const MOST_PLACES = 48;
/** Places of other images with which one of many is compared. */
const NEXT_PLACES = 8;

interface Place {
  readonly image: number;
  readonly index: number;
  readonly feature: Feature;
}

/**
 * Pairs of images of which several patches look the same and agree on how one image is moved against the other.
 *
 * Of what is there dozens of times not every pair is told, but every image with the next few in order, of which the
 * first is told with the next, and so on: whoever wants all that belongs together follows the pairs.
 */
export function candidatesAmong(images: readonly (readonly Feature[])[]): Candidate[] {
  return elected(pairsAmong(images), images.length);
}

/**
 * The same with the second image of each pair in another form, such as mirrored.
 *
 * @param others the images in their other form, in the same order
 */
export function candidatesAcross(
  images: readonly (readonly Feature[])[],
  others: readonly (readonly Feature[])[],
): Candidate[] {
  return elected(pairsAcross(images, others), images.length);
}

function elected(pairs: Iterable<readonly [Place, Place]>, count: number): Candidate[] {
  const votes = new Map<number, Map<string, Set<number>>>();
  for (const [first, second] of pairs) {
    if (differentBits(first.feature.hash, second.feature.hash) > MOST_DIFFERENT_BITS) continue;
    const shift = `${stepOf(first.feature.x - second.feature.x)} ${stepOf(first.feature.y - second.feature.y)}`;
    const ofPair = entryOf(votes, first.image * count + second.image, () => new Map());
    entryOf(ofPair, shift, () => new Set()).add(first.index);
  }
  return [...votes].flatMap(([pair, shifts]) => {
    const [[shift, voters] = ['', new Set()]] = [...shifts].sort(([, a], [, b]) => b.size - a.size);
    if (voters.size < LEAST_VOTES) return [];
    const [x = 0, y = 0] = shift.split(' ').map(Number);
    return { first: Math.floor(pair / count), second: pair % count, dx: x * SHIFT_STEP, dy: y * SHIFT_STEP };
  });
}

/** Every two places of different images whose hashes agree in one half of their bits; of many places each with the next few. */
function* pairsAmong(images: readonly (readonly Feature[])[]): Generator<readonly [Place, Place]> {
  for (const half of HALVES)
    for (const places of placesByHalf(images, half).values()) {
      yield* pairsOf(places);
      // Of many, those that agree in all bits are compared with the next few of their own kind, too.
      if (places.length > MOST_PLACES) for (const same of placesByHash(places).values()) yield* pairsOf(same);
    }
}

/** The same, the second place being one of the others. */
function* pairsAcross(
  images: readonly (readonly Feature[])[],
  others: readonly (readonly Feature[])[],
): Generator<readonly [Place, Place]> {
  for (const half of HALVES) {
    const places = placesByHalf(images, half);
    for (const [key, seconds] of placesByHalf(others, half)) {
      const firsts = places.get(key) ?? [];
      yield* pairsBefore(firsts, seconds);
      if (firsts.length <= MOST_PLACES) continue;
      const byHash = placesByHash(firsts);
      for (const [hash, same] of placesByHash(seconds)) yield* pairsBefore(byHash.get(hash) ?? [], same);
    }
  }
}

/** Places by one half of the bits of their hashes, in the order of the images. */
function placesByHalf(images: readonly (readonly Feature[])[], half: number): Map<number, Place[]> {
  const places = new Map<number, Place[]>();
  for (const [image, features] of images.entries())
    for (const [index, feature] of features.entries())
      entryOf(places, (feature.hash >>> half) & 0xffff, () => []).push({ image, index, feature });
  return places;
}

const placesByHash = (places: readonly Place[]): Map<number, Place[]> =>
  Map.groupBy(places, ({ feature }) => feature.hash);

/** Every two places of different images; of many places each with the next few. */
function* pairsOf(places: readonly Place[]): Generator<readonly [Place, Place]> {
  const most = places.length > MOST_PLACES ? NEXT_PLACES : places.length;
  for (const [position, first] of places.entries()) {
    let left = most;
    for (let next = position + 1; next < places.length && left > 0; next++) {
      const second = places[next]!;
      if (first.image === second.image) continue;
      yield [first, second];
      left--;
    }
  }
}

/** Each of the second places with every first one of an image before its own; of many with the last few of them. */
function* pairsBefore(firsts: readonly Place[], seconds: readonly Place[]): Generator<readonly [Place, Place]> {
  const most = firsts.length > MOST_PLACES ? NEXT_PLACES : firsts.length;
  let before = 0;
  for (const second of seconds) {
    while (before < firsts.length && firsts[before]!.image < second.image) before++;
    for (const first of firsts.slice(Math.max(0, before - most), before)) yield [first, second];
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
