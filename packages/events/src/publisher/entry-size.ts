import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';

/** PutEvents takes at most this many entries a call. */
export const MAX_ENTRIES = 10;

/** The entries of a call have to stay below this together (256 KB). */
export const MAX_CALL_BYTES = 256 * 1024;

/**
 * An entry from here on has its lists moved to S3. Lower than the limit, because targets get the event with AWS's
 * envelope around it, and a state machine or a queue may have the same limit.
 */
export const CLAIM_CHECK_BYTES = 224 * 1024;

/**
 * Size of an entry as AWS counts it ("Calculating Amazon EventBridge PutEvents event entry size"): 14 bytes for a
 * time, plus the UTF-8 bytes of source, detail type, detail and each resource.
 */
export function entryBytes(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  const time = entry.Time === undefined ? 0 : 14;
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? '', 'utf8'), time);
}

/** Splits entries, in order, into calls that keep both limits. */
export function intoCalls<Entry extends PutEventsRequestEntry>(entries: readonly Entry[]): Entry[][] {
  const calls: Entry[][] = [];
  let call: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entryBytes(entry);
    if (call.length === MAX_ENTRIES || (call.length > 0 && bytes + size >= MAX_CALL_BYTES)) {
      calls.push(call);
      call = [];
      bytes = 0;
    }
    call.push(entry);
    bytes += size;
  }
  if (call.length > 0) calls.push(call);
  return calls;
}
