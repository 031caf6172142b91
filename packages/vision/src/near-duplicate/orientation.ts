import type { ComparedImage } from './compared-image.ts';
import type { Feature } from './features.ts';
import type { GreyImage } from './grey-image.ts';
import { FREQUENCIES, hashOf, isPositive, type PatchHash } from './patch-hash.ts';

/** One of the eight ways in which a picture can be turned by quarters and mirrored: done in this order. */
export interface Orientation {
  /** Rows become columns. */
  readonly transposed: boolean;
  /** Mirrored from left to right, */
  readonly leftRight: boolean;
  /** and from top to bottom. */
  readonly upDown: boolean;
}

/** Neither turned nor mirrored. */
export const AS_IT_IS: Orientation = { transposed: false, leftRight: false, upDown: false };

const BOTH = [false, true];

/** All eight, the first of which is a picture as it is. */
export const ORIENTATIONS: readonly Orientation[] = BOTH.flatMap((transposed) =>
  BOTH.flatMap((leftRight) => BOTH.map((upDown) => ({ transposed, leftRight, upDown }))),
).with(0, AS_IT_IS);

/** A picture turned or mirrored so. */
export function oriented(image: GreyImage, orientation: Orientation): GreyImage {
  if (orientation === AS_IT_IS) return image;
  const { width, height } = sizeOf(image, orientation);
  const { transposed, leftRight, upDown } = orientation;
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [column, row] = [leftRight ? width - 1 - x : x, upDown ? height - 1 - y : y];
      values[y * width + x] = image.values[transposed ? column * image.width + row : row * image.width + column]!;
    }
  return { width, height, values };
}

/** What stands out in each picture when it is turned or mirrored so, without looking at its pixels again. */
export function orientedFeatures(
  images: readonly Pick<ComparedImage, 'grey' | 'features'>[],
  orientation: Orientation,
): Feature[][] {
  const { transposed, leftRight, upDown } = orientation;
  const hash = orientedHash(orientation);
  return images.map(({ grey, features }) => {
    const { width, height } = sizeOf(grey, orientation);
    return features.map((feature) => {
      const [x, y] = transposed ? [feature.y, feature.x] : [feature.x, feature.y];
      // A patch begins half its side before its place and ends one pixel less behind it: mirrored, its place is the next pixel.
      return { x: leftRight ? width - x : x, y: upDown ? height - y : y, ...hash(feature) };
    });
  });
}

function sizeOf({ width, height }: Pick<GreyImage, 'width' | 'height'>, { transposed }: Orientation) {
  return transposed ? { width: height, height: width } : { width, height };
}

/** Waves of odd frequency change their sign in the mirror; transposed, those of columns are those of rows. */
function orientedHash({ transposed, leftRight, upDown }: Orientation): (hash: PatchHash) => PatchHash {
  const sources = FREQUENCIES.map(([u, v], frequency) =>
    transposed ? FREQUENCIES.findIndex(([column, row]) => column === v && row === u) : frequency,
  );
  const changes = FREQUENCIES.map(([u, v]) => (leftRight && u % 2 === 1) !== (upDown && v % 2 === 1));
  return (hash) => hashOf((frequency) => isPositive(hash, sources[frequency]!) !== changes[frequency]);
}
