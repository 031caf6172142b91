import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsCrc32c } from '@aws-crypto/crc32c';
import type { ChecksumAlgorithm, ChecksumType } from '@aws-sdk/client-s3';
import { Crc64Nvme } from '@aws-sdk/crc64-nvme';

/** A checksum as S3 keeps it with an object: base64, with `-<parts>` behind it when it was composed of the parts'. */
export interface Checksum {
  algorithm: ChecksumAlgorithm;
  value: string;
  type: ChecksumType;
}

/** Calculates one checksum over bytes that arrive in pieces. */
export interface ChecksumCalculation {
  update(bytes: Uint8Array): void;
  /** In base64. */
  digest(): Promise<string>;
}

interface Algorithm {
  name: ChecksumAlgorithm;
  /** The member of S3's inputs and outputs that carries it. */
  member: ChecksumMember;
  header: string;
  /** Length of a checksum in bytes. */
  length: number;
  start(): ChecksumCalculation;
}

export type ChecksumMember =
  | 'ChecksumCRC32'
  | 'ChecksumCRC32C'
  | 'ChecksumCRC64NVME'
  | 'ChecksumSHA1'
  | 'ChecksumSHA256';

/** Those that S3 knows and current SDKs and CLIs send by default or by option. */
export const ALGORITHMS: readonly Algorithm[] = [
  { name: 'CRC32', member: 'ChecksumCRC32', header: 'x-amz-checksum-crc32', length: 4, start: startCrc32 },
  {
    name: 'CRC32C',
    member: 'ChecksumCRC32C',
    header: 'x-amz-checksum-crc32c',
    length: 4,
    start: () => wrapped(new AwsCrc32c()),
  },
  {
    name: 'CRC64NVME',
    member: 'ChecksumCRC64NVME',
    header: 'x-amz-checksum-crc64nvme',
    length: 8,
    start: () => wrapped(new Crc64Nvme()),
  },
  { name: 'SHA1', member: 'ChecksumSHA1', header: 'x-amz-checksum-sha1', length: 20, start: () => hashed('sha1') },
  {
    name: 'SHA256',
    member: 'ChecksumSHA256',
    header: 'x-amz-checksum-sha256',
    length: 32,
    start: () => hashed('sha256'),
  },
];

export function algorithmOf(name: string): Algorithm | undefined {
  return ALGORITHMS.find((algorithm) => algorithm.name === name);
}

/** The output members that tell a checksum. */
export function checksumMembers(
  checksum: Checksum | undefined,
): Partial<Record<ChecksumMember, string>> & { ChecksumType?: ChecksumType } {
  const member = checksum && algorithmOf(checksum.algorithm)?.member;
  return member ? { [member]: checksum.value, ChecksumType: checksum.type } : {};
}

/** The composite checksum of a multipart upload: the checksum of the parts' checksums. */
export async function compositeChecksum(algorithmName: ChecksumAlgorithm, parts: string[]): Promise<string> {
  const calculation = algorithmOf(algorithmName)?.start();
  if (!calculation) throw new Error(`no composite checksum for ${algorithmName}`);
  for (const part of parts) calculation.update(Buffer.from(part, 'base64'));
  return `${await calculation.digest()}-${parts.length}`;
}

function startCrc32(): ChecksumCalculation {
  let value = 0;
  return {
    update(bytes) {
      value = crc32(bytes, value);
    },
    async digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString('base64');
    },
  };
}

function wrapped(checksum: { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> }): ChecksumCalculation {
  return {
    update: (bytes) => checksum.update(bytes),
    digest: async () => Buffer.from(await checksum.digest()).toString('base64'),
  };
}

function hashed(name: string): ChecksumCalculation {
  const hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), digest: async () => hash.digest('base64') };
}
