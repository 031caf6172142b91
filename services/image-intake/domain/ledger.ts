import type { ImageRef } from '@assay/events';

/**
 * What the ledger knows about a content: `pending` from the moment that it was seen until its event was published,
 * `announced` from then on.
 */
export interface LedgerEntry {
  readonly image: ImageRef;
  /** The `s3://` URI of the upload that it was first seen in. */
  readonly uploadUri: string;
  readonly state: 'pending' | 'announced';
  readonly seenAt: string;
}

/** After this, in milliseconds, a pending entry was left behind by a delivery that will not come back. */
const ABANDONED_AFTER = 15 * 60_000;

/**
 * Whether to say that a content arrived, seeing it in `uploadUri` and finding it in the ledger. Said once it is never
 * said again. While it is pending, the delivery of its own upload says it; another upload of the same content says it
 * only when that one was given up.
 */
export function shouldAnnounce(entry: LedgerEntry, uploadUri: string, now: Date): boolean {
  if (entry.state === 'announced') return false;
  if (entry.uploadUri === uploadUri) return true;
  return now.getTime() - Date.parse(entry.seenAt) > ABANDONED_AFTER;
}
