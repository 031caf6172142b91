import exifReader from 'exif-reader';

/** EXIF is of 1995. A camera without a clock writes zeros, which read as a time of 1899: all its photographs were one burst. */
const EARLIEST_YEAR = 1995;
/** Digits that are no date run over, into years of more than four of them, which no event can carry. */
const LATEST_YEAR = 9999;

/**
 * When a photograph was taken, by its camera: EXIF's DateTimeOriginal. Cameras know no time zone as a rule, so it is taken for
 * UTC: what counts is how far apart photographs of one camera are.
 *
 * @returns ISO; undefined where the file doesn't say, or says what is no time
 */
export function captureTime(exif: Buffer | undefined): string | undefined {
  if (exif === undefined) return undefined;
  try {
    const taken = exifReader(exif).Photo?.DateTimeOriginal;
    if (!(taken instanceof Date)) return undefined;
    const year = taken.getUTCFullYear();
    return year >= EARLIEST_YEAR && year <= LATEST_YEAR ? taken.toISOString() : undefined;
  } catch {
    // Broken metadata is no reason to lose an image.
    return undefined;
  }
}
