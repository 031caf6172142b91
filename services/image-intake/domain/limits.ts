/** Ground Truth takes images of at most 40 MB ("Input Data Quotas"). */
export const MAX_FILE_BYTES = 40 * 1024 * 1024;

/** An image has to be decoded in full within a function's memory, by us and by the devices. */
export const MAX_PIXELS = 50_000_000;

/** Below this, in pixels of the shorter side, nothing can be seen on a part. */
export const MIN_SIDE = 32;

/** A standard deviation below this in every channel (of 255) is one even colour: lens cap on, light off. */
export const MIN_DEVIATION = 1;

/** What decoding one image may take of memory beyond what an idle decoder has. */
export const MAX_DECODING_BYTES = 256 * 1024 * 1024;

/**
 * How an image is tried. First it gets little time, so that it holds nobody up; what its decoder dies of is tried once
 * more when the others of its batch are through, with a fresh decoder and with all the time that its size justifies.
 */
export type Trial = 'first' | 'last';

/** Milliseconds that decoding may take. */
export interface DecodingTime {
  /** Of the clock on the wall. */
  readonly elapsed: number;
  /** Of a processor's work. */
  readonly worked: number;
}

/**
 * The time for an image, by the size that its header tells: the slowest honest ones (a WebP, a 16-bit PNG) take about
 * 250 ms a megapixel on one virtual CPU. At the last trial a processor's work counts, because a busy machine must not
 * cost an honest image; the clock only ends what waits for ever.
 */
export function decodingTime(trial: Trial, { width, height }: { width: number; height: number }): DecodingTime {
  const megapixels = (width * height) / 1_000_000;
  if (trial === 'first') return { elapsed: 1000 + 100 * megapixels, worked: Number.POSITIVE_INFINITY };
  const worked = 1500 + 300 * megapixels;
  return { elapsed: 5 * worked, worked };
}

/** Milliseconds into a batch from which on no trial begins, so that all ends within the function's timeout. */
const TRIALS_UNTIL = 40_000;

/** The same for first trials, once something waits for its last one. */
const FIRST_TRIALS_UNTIL = 20_000;

/**
 * Whether there is time for another trial, so many milliseconds into a batch. `suspects` wait for their last trial: a
 * batch of slow images that were all given a first one would come back time after time, and none get further.
 */
export function mayBegin(trial: Trial, suspects: number, elapsed: number): boolean {
  return elapsed < (trial === 'first' && suspects > 0 ? FIRST_TRIALS_UNTIL : TRIALS_UNTIL);
}
