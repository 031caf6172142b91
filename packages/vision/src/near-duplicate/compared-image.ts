import { type Feature, featuresOf } from './features.ts';
import { type GreyImage, LEAST_SHORTER_SIDE } from './grey-image.ts';
import { stretched } from './stretch.ts';

/** An image, ready to be compared with others. */
export interface ComparedImage {
  /** Stretched where it was too low or too narrow for patches. */
  readonly grey: GreyImage;
  readonly features: readonly Feature[];
  /** Whether so little of it was there before it was stretched that much of what it shares with others is chance. */
  readonly isScant: boolean;
}

/** Of fewer pixels nothing can be told. */
const LEAST_PIXELS = 256;
/**
 * A side that is shorter has too little room for patches. One that has it only just is left: what is stretched isn't
 * found any more in a picture that isn't.
 */
const LEAST_ROOM = 52;
/** With fewer pixels than this of a side, what is stretched is scant. */
const LEAST_SIDE = 28;

/**
 * Looks for what stands out in an image, which takes most of the time that comparing takes: so it can be done with each
 * image as it comes.
 *
 * @param picture its sides as `comparedSize` says
 */
export function toBeCompared(picture: GreyImage): ComparedImage {
  const grey = withRoom(picture);
  return { grey, features: featuresOf(grey), isScant: Math.min(picture.width, picture.height) < LEAST_SIDE };
}

function withRoom(picture: GreyImage): GreyImage {
  const { width, height } = picture;
  if (width * height < LEAST_PIXELS) return picture;
  const roomy = (side: number) => (side < LEAST_ROOM ? LEAST_SHORTER_SIDE : side);
  return stretched(picture, roomy(width), roomy(height));
}
