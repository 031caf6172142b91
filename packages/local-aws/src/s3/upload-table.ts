import type { ChecksumAlgorithm, ChecksumType } from '@aws-sdk/client-s3';
import type { Store } from '../kernel/store.ts';
import type { Checksum } from './checksums.ts';
import type { Segment } from './object-files.ts';
import type { Content } from './object-table.ts';

/** A multipart upload that is under way. */
export interface Upload {
  id: string;
  bucket: string;
  key: string;
  /** Milliseconds since the epoch. */
  begun: number;
  content: Pick<Content, 'headers' | 'metadata' | 'encryption'>;
  checksum: { algorithm: ChecksumAlgorithm; type: ChecksumType };
}

export interface Part {
  number: number;
  size: number;
  /** The MD5 in hex. */
  etag: string;
  /** Milliseconds since the epoch. */
  modified: number;
  segments: Segment[];
  checksum?: Checksum;
}

export interface UploadTable {
  get(id: string): Upload | undefined;
  put(upload: Upload): void;
  /** Uploads into a bucket, by key and then by age. */
  ofBucket(bucket: string): Upload[];
  /** Removes the upload and forgets its parts, which are returned. */
  remove(id: string): Part[];
  /** In the order of their numbers. */
  parts(id: string): Part[];
  /** Returns the part of this number that it replaces. */
  putPart(id: string, part: Part): Part | undefined;
  fileIds(): Iterable<string>;
}

export function uploadTable(store: Store): UploadTable {
  store.define(`CREATE TABLE IF NOT EXISTS s3_uploads (id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, begun INTEGER NOT NULL, document TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS s3_uploads_by_bucket ON s3_uploads (bucket, key, begun);
    CREATE TABLE IF NOT EXISTS s3_parts (upload TEXT NOT NULL, number INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (upload, number)) WITHOUT ROWID`);
  type Row = { document: string };
  const get = store.prepare<Row>('SELECT document FROM s3_uploads WHERE id = ?');
  const put = store.prepare('INSERT INTO s3_uploads (id, bucket, key, begun, document) VALUES (?, ?, ?, ?, ?)');
  const ofBucket = store.prepare<Row>('SELECT document FROM s3_uploads WHERE bucket = ? ORDER BY key, begun');
  const remove = store.prepare('DELETE FROM s3_uploads WHERE id = ?');
  const part = store.prepare<Row>('SELECT document FROM s3_parts WHERE upload = ? AND number = ?');
  const parts = store.prepare<Row>('SELECT document FROM s3_parts WHERE upload = ? ORDER BY number');
  const allParts = store.prepare<Row>('SELECT document FROM s3_parts');
  const putPart = store.prepare('INSERT OR REPLACE INTO s3_parts (upload, number, document) VALUES (?, ?, ?)');
  const removeParts = store.prepare('DELETE FROM s3_parts WHERE upload = ?');
  const readParts = (rows: Row[]) => rows.map((row): Part => JSON.parse(row.document));

  return {
    get(id) {
      const row = get.get(id);
      return row && JSON.parse(row.document);
    },
    put: (upload) => void put.run(upload.id, upload.bucket, upload.key, upload.begun, JSON.stringify(upload)),
    ofBucket: (bucket) => ofBucket.all(bucket).map((row): Upload => JSON.parse(row.document)),
    remove(id) {
      const removed = readParts(parts.all(id));
      remove.run(id);
      removeParts.run(id);
      return removed;
    },
    parts: (id) => readParts(parts.all(id)),
    putPart(id, next) {
      const replaced = part.get(id, next.number);
      putPart.run(id, next.number, JSON.stringify(next));
      return replaced && JSON.parse(replaced.document);
    },
    *fileIds() {
      for (const { segments } of readParts(allParts.all())) for (const segment of segments) yield segment.id;
    },
  };
}
