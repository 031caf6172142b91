import type { ObjectVersion } from './object-table.ts';

/** One page of a listing: keys, and prefixes that stand for all keys under them, in one order. */
export interface Page {
  objects: ObjectVersion[];
  prefixes: string[];
  /** The last key or prefix of a page that more follows. */
  last?: string;
}

export interface PageRequest {
  prefix: string;
  /** Empty: every key is listed. */
  delimiter: string;
  /** Lists what comes behind this key or prefix. */
  after: string;
  limit: number;
}

/** The first key behind all that begin with `prefix`: keys are UTF-8 and U+10FFFF is the greatest character. */
const behind = (prefix: string) => `${prefix}\u{10ffff}`;

const BATCH = 1000;

/** Pages through a bucket's latest versions. `keysFrom` gives those from a key on, in order. */
export function listPage(
  keysFrom: (from: string, limit: number) => ObjectVersion[],
  { prefix, delimiter, after, limit }: PageRequest,
): Page {
  const page: Page = { objects: [], prefixes: [] };
  if (limit === 0) return page;
  let count = 0;
  let last = '';
  let from = prefix > after ? prefix : after;
  // A page that ended with a prefix goes on behind every key under it.
  if (delimiter !== '' && after.startsWith(prefix) && after.endsWith(delimiter) && after !== prefix)
    from = behind(after);
  for (;;) {
    const batch = keysFrom(from, BATCH);
    let skipped = false;
    for (const object of batch) {
      if (object.key === after) continue;
      if (!object.key.startsWith(prefix)) return page;
      const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
      const common = end < 0 ? undefined : object.key.slice(0, end + delimiter.length);
      if (count === limit) return { ...page, last };
      count++;
      last = common ?? object.key;
      if (common === undefined) page.objects.push(object);
      else {
        page.prefixes.push(common);
        from = behind(common);
        skipped = true;
        break;
      }
    }
    if (skipped) continue;
    if (batch.length < BATCH) return page;
    // The smallest key behind the last one seen.
    from = `${batch.at(-1)?.key}\u0000`;
  }
}
