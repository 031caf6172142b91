import {
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { encodeLedger, type Ledger, parseLedger, sha256Of } from './ledger.ts';

/** A version as it was written. */
export interface StoredLedger {
  readonly ledger: Ledger;
  /** Of the file. */
  readonly sha256: string;
}

/** A lineage's versions: each is written once, and never changed. */
export interface LedgerStore {
  /** The newest version; undefined before the first. */
  latest(): Promise<StoredLedger | undefined>;
  /** @throws Error when there is no such version */
  version(version: number): Promise<StoredLedger>;
  /** Writes a version, unless somebody else has written it. @returns whether it did */
  add(ledger: Ledger): Promise<boolean>;
}

export interface Lineage {
  readonly bucket: string;
  readonly name: string;
}

const DIGITS = 6;
/**
 * What S3 answers to `If-None-Match: *` when the object is there, and when another write of it is under way.
 *
 * @see "How to prevent object overwrites with conditional writes" in S3's guide
 */
const TAKEN = ['PreconditionFailed', 'ConditionalRequestConflict'];

/** Versions as `lineages/<lineage>/splits/<version>.json`, in the order of their names. */
export function ledgerStore(s3: S3Client, { bucket, name }: Lineage): LedgerStore {
  const folder = `lineages/${name}/splits/`;
  const keyOf = (version: number) => `${folder}${String(version).padStart(DIGITS, '0')}.json`;

  async function read(key: string): Promise<StoredLedger> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const bytes = (await Body?.transformToByteArray()) ?? Buffer.of();
    const ledger = parseLedger(bytes, `s3://${bucket}/${key}`);
    if (ledger.lineage === name && keyOf(ledger.version) === key) return { ledger, sha256: sha256Of(bytes) };
    throw new Error(
      `s3://${bucket}/${key} is version ${ledger.version} of the lineage ${ledger.lineage}. Restore the file that belongs there.`,
    );
  }

  return {
    async latest() {
      let newest: string | undefined;
      for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: folder }))
        newest = Contents.at(-1)?.Key ?? newest;
      return newest === undefined ? undefined : read(newest);
    },
    version: (version) => read(keyOf(version)),
    async add(ledger) {
      try {
        await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: keyOf(ledger.version),
            Body: encodeLedger(ledger),
            ContentType: 'application/json',
            IfNoneMatch: '*',
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof S3ServiceException && TAKEN.includes(error.name)) return false;
        throw error;
      }
    },
  };
}
