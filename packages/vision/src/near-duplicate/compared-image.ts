import { type Feature, featuresOf } from './features.ts';
import type { GreyImage } from './grey-image.ts';

/** An image, ready to be compared with others. */
export interface ComparedImage {
  /** Its longer side as `comparedSide` says, at most. */
  readonly grey: GreyImage;
  readonly features: readonly Feature[];
}

/**
 * Looks for what stands out in an image, which takes most of the time that comparing takes: so it can be done with each
 * image as it comes.
 *
 * @param grey its longer side as `comparedSide` says, at most
 */
export function toBeCompared(grey: GreyImage): ComparedImage {
  return { grey, features: featuresOf(grey) };
}
