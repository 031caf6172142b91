/**
 * How often PrepareDataset looks for records that are late. Feature Store promises 15 minutes ("Offline Store Data
 * Format"); after three hours of them something is wrong.
 */
export const MOST_LOOKS = 12;
