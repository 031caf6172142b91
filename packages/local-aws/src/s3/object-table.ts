import type { Store } from '../kernel/store.ts';
import type { Checksum } from './checksums.ts';
import type { Segment } from './object-files.ts';

/** What S3 keeps about an object's content besides its bytes. */
export interface Content {
  size: number;
  /** Without quotes. */
  etag: string;
  segments: Segment[];
  /** Response headers by their member name, e.g. `ContentType`. */
  headers: Partial<Record<ContentHeader, string>>;
  /** User metadata, names in lower case. */
  metadata: Record<string, string>;
  checksum?: Checksum;
  encryption: { algorithm: 'AES256' | 'aws:kms'; keyId?: string };
}

export type ContentHeader =
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentEncoding'
  | 'ContentLanguage'
  | 'ContentType'
  | 'Expires';

/** One version of a key. In a bucket that was never versioned each key has one, called `null`. */
export interface ObjectVersion {
  bucket: string;
  key: string;
  version: string;
  latest: boolean;
  /** Milliseconds since the epoch. */
  modified: number;
  /** Absent: a delete marker. */
  content?: Content;
}

interface Row {
  bucket: string;
  key: string;
  version: string;
  latest: number;
  modified: number;
  content: string | null;
}

export interface ObjectTable {
  latest(bucket: string, key: string): ObjectVersion | undefined;
  version(bucket: string, key: string, version: string): ObjectVersion | undefined;
  /** Puts a version in front of those that the key has; one of the same name is replaced and returned. */
  put(version: Omit<ObjectVersion, 'latest'>): ObjectVersion | undefined;
  /** Removes one version; the newest of those that remain becomes the latest. */
  remove(bucket: string, key: string, version: string): ObjectVersion | undefined;
  /** Latest versions whose key is at least `from`, in the order of keys' UTF-8 bytes. Delete markers are left out. */
  keysFrom(bucket: string, from: string, limit: number): ObjectVersion[];
  /** All versions whose key is at least `from`: by key, the newest first. */
  versionsFrom(bucket: string, from: string, limit: number): ObjectVersion[];
  isEmpty(bucket: string): boolean;
  /** Every file that a version names. */
  fileIds(): Iterable<string>;
}

export function objectTable(store: Store): ObjectTable {
  store.define(`CREATE TABLE IF NOT EXISTS s3_objects (
    sequence INTEGER PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL, latest INTEGER NOT NULL,
    modified INTEGER NOT NULL, content TEXT, UNIQUE (bucket, key, version));
    CREATE UNIQUE INDEX IF NOT EXISTS s3_latest ON s3_objects (bucket, key) WHERE latest = 1`);
  const latest = store.prepare<Row>('SELECT * FROM s3_objects WHERE bucket = ? AND key = ? AND latest = 1');
  const version = store.prepare<Row>('SELECT * FROM s3_objects WHERE bucket = ? AND key = ? AND version = ?');
  const demote = store.prepare('UPDATE s3_objects SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1');
  const promote = store.prepare(
    `UPDATE s3_objects SET latest = 1 WHERE sequence =
       (SELECT MAX(sequence) FROM s3_objects WHERE bucket = ? AND key = ?)`,
  );
  const insert = store.prepare(
    'INSERT INTO s3_objects (bucket, key, version, latest, modified, content) VALUES (?, ?, ?, 1, ?, ?)',
  );
  const remove = store.prepare('DELETE FROM s3_objects WHERE bucket = ? AND key = ? AND version = ?');
  const keysFrom = store.prepare<Row>(
    'SELECT * FROM s3_objects WHERE bucket = ? AND key >= ? AND latest = 1 AND content IS NOT NULL ORDER BY key LIMIT ?',
  );
  const versionsFrom = store.prepare<Row>(
    'SELECT * FROM s3_objects WHERE bucket = ? AND key >= ? ORDER BY key, sequence DESC LIMIT ?',
  );
  const any = store.prepare('SELECT 1 FROM s3_objects WHERE bucket = ? LIMIT 1');
  const contents = store.prepare<{ content: string }>('SELECT content FROM s3_objects WHERE content IS NOT NULL');

  return {
    latest: (bucket, key) => read(latest.get(bucket, key)),
    version: (bucket, key, name) => read(version.get(bucket, key, name)),
    put(next) {
      const replaced = read(version.get(next.bucket, next.key, next.version));
      if (replaced) remove.run(next.bucket, next.key, next.version);
      demote.run(next.bucket, next.key);
      const content = next.content === undefined ? null : JSON.stringify(next.content);
      insert.run(next.bucket, next.key, next.version, next.modified, content);
      return replaced;
    },
    remove(bucket, key, name) {
      const removed = read(version.get(bucket, key, name));
      if (!removed) return undefined;
      remove.run(bucket, key, name);
      if (removed.latest) promote.run(bucket, key);
      return removed;
    },
    keysFrom: (bucket, from, limit) => keysFrom.all(bucket, from, limit).flatMap((row) => read(row) ?? []),
    versionsFrom: (bucket, from, limit) => versionsFrom.all(bucket, from, limit).flatMap((row) => read(row) ?? []),
    isEmpty: (bucket) => any.get(bucket) === undefined,
    *fileIds() {
      for (const row of contents.all()) {
        const content: Content = JSON.parse(row.content);
        for (const { id } of content.segments) yield id;
      }
    },
  };
}

function read(row: Row | undefined): ObjectVersion | undefined {
  if (!row) return undefined;
  const { bucket, key, version, latest, modified, content } = row;
  return {
    bucket,
    key,
    version,
    latest: latest === 1,
    modified,
    ...(content === null ? {} : { content: JSON.parse(content) }),
  };
}
