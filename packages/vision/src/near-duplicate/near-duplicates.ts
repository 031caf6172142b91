import { type Candidate, candidatesAcross, candidatesAmong } from './candidates.ts';
import type { ComparedImage } from './compared-image.ts';
import { likeness, likenessAnywhere } from './likeness.ts';
import { AS_IT_IS, ORIENTATIONS, type Orientation, oriented, orientedFeatures } from './orientation.ts';

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
/** The same for one that is turned or mirrored: crops of a symmetric design lie on each other then, and share its edges. */
const LEAST_LIKENESS_OF_TURNED = 0.65;
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
 * Finds the images that share pixels: taken twice, cut out of one picture, encoded or lit otherwise, a little moved, mirrored or
 * turned by quarters. Not turned by less, nor scaled.
 *
 * Whether a pair is found depends on the images, their order and their places, not on the groups, which only say which pairs
 * are told.
 */
export function nearDuplicates(images: readonly ComparedImage[], known: readonly Known[]): NearDuplicate[] {
  const least = leastLikeness(images, known);
  const pairs = new Map<number, NearDuplicate>();
  for (const orientation of ORIENTATIONS)
    for (const candidate of candidatesIn(orientation, images)) {
      const { first, second } = candidate;
      if (known[first]!.group === known[second]!.group) continue;
      const [a, b] = [images[first]!, images[second]!];
      const found = likeness(a.grey, oriented(b.grey, orientation), candidate);
      const asked = least(orientation, known[first]!.place, known[second]!.place);
      if (found < (a.isScant || b.isScant ? Math.max(asked, LEAST_LIKENESS_OF_SCANT) : asked)) continue;
      const pair = first * images.length + second;
      // What is symmetric is alike in more than one way.
      if (found > (pairs.get(pair)?.likeness ?? 0)) pairs.set(pair, { first, second, likeness: found });
    }
  return [...pairs.values()];
}

/** Those of which the second one may show the same as the first when it is laid so. */
function candidatesIn(orientation: Orientation, images: readonly ComparedImage[]): Candidate[] {
  const features = images.map((image) => image.features);
  if (orientation === AS_IT_IS) return candidatesAmong(features);
  return candidatesAcross(features, orientedFeatures(images, orientation));
}

/**
 * How alike two images of these places have to be: twice as alike as any two, or, where those are very much so, half-way to the
 * same. Among all images of a set, two of one place may be rare, and as rare as duplicates: then any two of the place are asked.
 */
function leastLikeness(images: readonly ComparedImage[], known: readonly Known[]) {
  const ofPlaces = Map.groupBy(images, (_, index) => known[index]!.place);
  const measured = new Map<readonly ComparedImage[], number>();
  return (orientation: Orientation, place: string, other: string): number => {
    const ofPlace = ofPlaces.get(place) ?? [];
    const some = place === other && ofPlace.length >= LEAST_OF_A_PLACE ? ofPlace : images;
    // Of any two as they are: laid otherwise, parts of one design are no more alike.
    const any = measured.get(some) ?? likenessOfAny(some);
    measured.set(some, any);
    const least = orientation === AS_IT_IS ? LEAST_LIKENESS : LEAST_LIKENESS_OF_TURNED;
    return Math.max(least, Math.min(2 * any, (1 + any) / 2, SAME));
  };
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
