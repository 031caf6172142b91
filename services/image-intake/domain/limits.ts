/** Ground Truth takes images of at most 40 MB ("Input Data Quotas"). */
export const MAX_FILE_BYTES = 40 * 1024 * 1024;

/** An image has to be decoded in full within a function's memory, by us and by the devices. */
export const MAX_PIXELS = 50_000_000;

/** Below this, in pixels of the shorter side, nothing can be seen on a part. */
export const MIN_SIDE = 32;

/** A standard deviation below this in every channel (of 255) is one even colour: lens cap on, light off. */
export const MIN_DEVIATION = 1;
