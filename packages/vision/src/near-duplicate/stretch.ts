import type { GreyImage } from './grey-image.ts';

/**
 * Scales an image to a larger size, each direction by itself, by linear interpolation. Its values aren't rounded: whoever
 * counts every frequency the same would see the rounding, where the image itself has no frequencies any more.
 */
export function stretched(image: GreyImage, width: number, height: number): GreyImage {
  if (width === image.width && height === image.height) return image;
  const columns = placesAlong(image.width, width);
  const rows = placesAlong(image.height, height);
  const values = new Float32Array(width * height);
  for (const [y, row] of rows.entries()) {
    const [above, below] = [row.before * image.width, row.after * image.width];
    for (const [x, { before, after, share }] of columns.entries()) {
      const upper = mixed(image.values[above + before]!, image.values[above + after]!, share);
      const lower = mixed(image.values[below + before]!, image.values[below + after]!, share);
      values[y * width + x] = mixed(upper, lower, row.share);
    }
  }
  return { width, height, values };
}

/** Between which two pixels one of the larger image lies, and how near to the second. */
interface Place {
  readonly before: number;
  readonly after: number;
  readonly share: number;
}

function placesAlong(length: number, larger: number): Place[] {
  return Array.from({ length: larger }, (_, index) => {
    const place = Math.min(length - 1, Math.max(0, ((index + 0.5) * length) / larger - 0.5));
    const before = Math.floor(place);
    return { before, after: Math.min(length - 1, before + 1), share: place - before };
  });
}

const mixed = (a: number, b: number, share: number): number => a + share * (b - a);
