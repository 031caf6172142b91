import { InspectorError } from './errors.ts';

/**
 * The most that image-intake takes as well. A file of a few hundred kilobytes can promise a hundred times as many, and a
 * progressive JPEG or a WebP would be held in memory as a whole.
 */
export const MAX_PIXELS = 50_000_000;

/** What says so was the image's header; nothing has been decoded. */
export function tooManyPixels(options?: ErrorOptions): InspectorError {
  return new InspectorError(
    'image-unreadable',
    `The image has more than ${MAX_PIXELS / 1_000_000} megapixels. Send it smaller, or in parts.`,
    options,
  );
}
