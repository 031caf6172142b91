import exifReader from 'exif-reader';

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
    return taken instanceof Date && !Number.isNaN(taken.getTime()) ? taken.toISOString() : undefined;
  } catch {
    // Broken metadata is no reason to lose an image.
    return undefined;
  }
}
