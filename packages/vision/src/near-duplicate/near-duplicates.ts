import { candidatesAmong } from './candidates.ts';
import type { ComparedImage } from './compared-image.ts';
import { likeness, likenessAnywhere } from './likeness.ts';

/** Two images that show the same place of the same part. */
export interface NearDuplicate {
  /** Indices of the images, the lower one first. */
  readonly first: number;
  readonly second: number;
  /** See `likeness`. */
  readonly likeness: number;
}

/** From here on two images are of the same thing: see the measurements in `docs/decisions/0016-near-duplicates.md`. */
const LEAST_LIKENESS = 0.4;
/** The same where one of them is scant: of few rows of pixels those of any two pictures of one design are nearly as alike. */
const LEAST_LIKENESS_OF_SCANT = 0.95;
/** From here on they are the same picture, however alike any two of the set are: else one has no duplicate that is all there is. */
const SAME = 0.99;
/** Pairs out of which is told how alike any two images are. */
const SAMPLED_PAIRS = 200;
/** So many images have to be of one place before it is asked what any two of them have in common. */
const LEAST_OF_A_PLACE = 16;

/** What is known of an image, whatever it shows. */
export interface Known {
  /** What it belongs to: pairs of one group are not told. */
  readonly group: string;
  /** Where it was taken: what stands behind the parts is the same on every picture of one place. */
  readonly place: string;
}

/**
 * Finds the images that share pixels: taken twice, cut out of one picture, encoded or lit otherwise, a little moved. Moved,
 * not turned or scaled.
 *
 * Whether a pair is found depends on the images, their order and their places, not on the groups, which only say which pairs
 * are told.
 */
export function nearDuplicates(images: readonly ComparedImage[], known: readonly Known[]): NearDuplicate[] {
  const least = leastLikeness(images, known);
  return candidatesAmong(images.map(({ features }) => features)).flatMap((candidate) => {
    const { first, second } = candidate;
    if (known[first]!.group === known[second]!.group) return [];
    const [a, b] = [images[first]!, images[second]!];
    const found = likeness(a.grey, b.grey, candidate);
    const asked = least(known[first]!.place, known[second]!.place);
    const enough = a.isScant || b.isScant ? Math.max(asked, LEAST_LIKENESS_OF_SCANT) : asked;
    return found >= enough ? { first, second, likeness: found } : [];
  });
}

/** How alike two images of these places have to be. Among all of a set, pictures of one place may be rare, and as rare as duplicates. */
function leastLikeness(
  images: readonly ComparedImage[],
  known: readonly Known[],
): (place: string, other: string) => number {
  const ofAll = leastAmong(images);
  const ofPlaces = new Map<string, number>();
  for (const [place, some] of Map.groupBy(images.keys(), (index) => known[index]!.place))
    if (some.length >= LEAST_OF_A_PLACE) ofPlaces.set(place, leastAmong(some.map((index) => images[index]!)));
  return (place, other) => (place === other ? (ofPlaces.get(place) ?? ofAll) : ofAll);
}

/** Twice as alike as any two, or, where those are very much so, half-way to the same. */
function leastAmong(images: readonly ComparedImage[]): number {
  const any = likenessOfAny(images);
  return Math.max(LEAST_LIKENESS, Math.min(2 * any, (1 + any) / 2, SAME));
}

/**
 * What any two images have in common at least, because the parts are of one design: the lower quartile of a sample, which
 * the near-duplicates in it don't change.
 */
function likenessOfAny(images: readonly ComparedImage[]): number {
  const found: number[] = [];
  const count = images.length;
  for (let pair = 0; pair < SAMPLED_PAIRS && pair < (count * (count - 1)) / 2; pair++) {
    const first = pair % count;
    // As far apart in the list as can be: what was taken one after the other is often of one part.
    const second = (first + (count >> 1) + Math.floor(pair / count)) % count;
    if (first !== second) found.push(likenessAnywhere(images[first]!.grey, images[second]!.grey));
  }
  return found.sort((a, b) => a - b)[found.length >> 2] ?? 0;
}
