import { candidatesAmong } from './candidates.ts';
import { featuresOf } from './features.ts';
import type { GreyImage } from './grey-image.ts';
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
/** Pairs out of which is told how alike any two images are. */
const SAMPLED_PAIRS = 200;

/**
 * Finds the images that share pixels: taken twice, cut out of one picture, encoded or lit otherwise, a little moved. Moved,
 * not turned or scaled.
 *
 * @param images their longer sides `COMPARED_SIDE` at most
 * @param groups what each image is known to belong to: pairs of one group are not looked for
 */
export function nearDuplicates(images: readonly GreyImage[], groups: readonly string[]): NearDuplicate[] {
  const any = likenessOfAny(images, groups);
  // Twice as alike as any two, or, where those are very much so, half-way to the same.
  const least = Math.max(LEAST_LIKENESS, Math.min(2 * any, (1 + any) / 2));
  return candidatesAmong(images.map(featuresOf)).flatMap((candidate) => {
    const { first, second } = candidate;
    if (groups[first] === groups[second]) return [];
    const found = likeness(images[first]!, images[second]!, candidate);
    return found >= least ? { first, second, likeness: found } : [];
  });
}

/**
 * What images of different groups have in common at least, because the parts are of one design: the lower quartile of a
 * sample, which a few unknown near-duplicates in it don't change.
 */
function likenessOfAny(images: readonly GreyImage[], groups: readonly string[]): number {
  const found: number[] = [];
  const count = images.length;
  for (let pair = 0; pair < SAMPLED_PAIRS && pair < (count * (count - 1)) / 2; pair++) {
    const first = pair % count;
    // As far apart in the list as can be: what was taken one after the other is often of one part.
    const second = (first + (count >> 1) + Math.floor(pair / count)) % count;
    if (groups[first] !== groups[second]) found.push(likenessAnywhere(images[first]!, images[second]!));
  }
  return found.sort((a, b) => a - b)[found.length >> 2] ?? 0;
}
