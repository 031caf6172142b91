/** Larger archives are refused before they are read: a device has to hold the model, and so has this function. */
export const MAX_ARCHIVE_BYTES = 100 * 1024 * 1024;

/** What an archive may unpack to. */
export const MAX_UNPACKED_BYTES = 250 * 1024 * 1024;
