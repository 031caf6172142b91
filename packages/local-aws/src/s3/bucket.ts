import type {
  CORSRule,
  LifecycleRule,
  NotificationConfiguration,
  OwnershipControls,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
  Tag,
} from '@aws-sdk/client-s3';
import { AwsError } from '../kernel/errors.ts';

export interface Bucket {
  name: string;
  /** Milliseconds since the epoch. */
  created: number;
  /** Absent: never enabled. */
  versioning?: 'Enabled' | 'Suspended';
  encryption?: ServerSideEncryptionConfiguration;
  publicAccessBlock?: PublicAccessBlockConfiguration;
  ownership?: OwnershipControls;
  /** Kept and told; nothing expires here. */
  lifecycle?: LifecycleRule[];
  /** Kept and told; no answer carries its headers here. */
  cors?: CORSRule[];
  notifications: NotificationConfiguration;
  /** The bucket policy's JSON text. */
  policy?: string;
  tags: Tag[];
}

export function newBucket(name: string, created: number): Bucket {
  return { name, created, notifications: {}, tags: [] };
}

/** "Bucket naming rules" of the S3 user guide. */
export function checkBucketName(name: string): void {
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name);
  if (!valid)
    throw new AwsError(
      'InvalidBucketName',
      `The specified bucket is not valid: ${name}. A name has 3 to 63 lower-case letters, digits, dots and hyphens.`,
      { status: 400, extra: { BucketName: name } },
    );
}
