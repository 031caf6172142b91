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

/**
 * Finds the images that share pixels: taken twice, cut out of one picture, encoded or lit otherwise, a little moved. Moved,
 * not turned or scaled.
 *
 * Whether a pair is found depends on the images and their order, not on the groups, which only say which pairs are told.
 *
 * @param groups what each image is known to belong to: pairs of one group are not told
 */
export function nearDuplicates(images: readonly ComparedImage[], groups: readonly string[]): NearDuplicate[] {
  const any = likenessOfAny(images);
  // Twice as alike as any two, or, where those are very much so, half-way to the same.
  const least = Math.max(LEAST_LIKENESS, Math.min(2 * any, (1 + any) / 2, SAME));
  return candidatesAmong(images.map(({ features }) => features)).flatMap((candidate) => {
    const { first, second } = candidate;
    if (groups[first] === groups[second]) return [];
    const [a, b] = [images[first]!, images[second]!];
    const found = likeness(a.grey, b.grey, candidate);
    const asked = a.isScant || b.isScant ? Math.max(least, LEAST_LIKENESS_OF_SCANT) : least;
    return found >= asked ? { first, second, likeness: found } : [];
  });
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
