import type { ServiceAuthorization } from '../kernel/service.ts';
import { copySource } from './copy-source.ts';
import type { S3 } from './state.ts';

interface OfObject {
  Bucket: string | undefined;
  Key: string | undefined;
  VersionId?: string | undefined;
}

type OfBucket = Pick<OfObject, 'Bucket'>;

export const bucketArn = (bucket: string | undefined) => `arn:aws:s3:::${bucket}`;
export const objectArn = ({ Bucket, Key }: OfObject) => `${bucketArn(Bucket)}/${Key}`;

const bucket = (action?: string) => (input: OfBucket) => {
  const resource = bucketArn(input.Bucket);
  return action === undefined ? resource : { action: `s3:${action}`, resource };
};
const object = (action: string) => (input: OfObject) => ({ action: `s3:${action}`, resource: objectArn(input) });
/** A version has an action of its own. */
export const versioned = (input: OfObject, action: string) => ({
  action: `s3:${action}${input.VersionId === undefined ? '' : 'Version'}`,
  resource: objectArn(input),
});
export const listing = ({ Bucket, Prefix = '' }: OfBucket & { Prefix?: string | undefined }) => ({
  action: 's3:ListBucket',
  resource: bucketArn(Bucket),
  context: { 's3:prefix': Prefix },
});
const copying = (input: OfObject & { CopySource: string | undefined }) => [
  { action: 's3:PutObject', resource: objectArn(input) },
  versioned(copySource(input.CopySource), 'GetObject'),
];

/** "Required permissions for Amazon S3 API operations". */
export const s3Authorization: ServiceAuthorization<'s3', S3> = {
  prefix: 's3',
  permissions: {
    AbortMultipartUpload: object('AbortMultipartUpload'),
    CompleteMultipartUpload: object('PutObject'),
    CopyObject: copying,
    CreateBucket: bucket(),
    CreateMultipartUpload: object('PutObject'),
    DeleteBucket: bucket(),
    DeleteBucketCors: bucket('PutBucketCORS'),
    DeleteBucketLifecycle: bucket('PutLifecycleConfiguration'),
    DeleteBucketPolicy: bucket(),
    DeleteObject: (input) => versioned(input, 'DeleteObject'),
    // Each object by itself, and the answer says which ones: the operation asks.
    DeleteObjects: () => [],
    GetBucketCors: bucket('GetBucketCORS'),
    GetBucketEncryption: bucket('GetEncryptionConfiguration'),
    GetBucketLifecycleConfiguration: bucket('GetLifecycleConfiguration'),
    GetBucketLocation: bucket(),
    GetBucketNotificationConfiguration: bucket('GetBucketNotification'),
    GetBucketOwnershipControls: bucket(),
    GetBucketPolicy: bucket(),
    GetBucketTagging: bucket(),
    GetBucketVersioning: bucket(),
    GetObject: (input) => versioned(input, 'GetObject'),
    GetPublicAccessBlock: bucket('GetBucketPublicAccessBlock'),
    HeadBucket: bucket('ListBucket'),
    HeadObject: (input) => versioned(input, 'GetObject'),
    ListBuckets: () => ({ action: 's3:ListAllMyBuckets', resource: '*' }),
    ListMultipartUploads: bucket('ListBucketMultipartUploads'),
    ListObjectVersions: bucket('ListBucketVersions'),
    ListObjects: listing,
    ListObjectsV2: listing,
    ListParts: object('ListMultipartUploadParts'),
    PutBucketCors: bucket('PutBucketCORS'),
    PutBucketEncryption: bucket('PutEncryptionConfiguration'),
    PutBucketLifecycleConfiguration: bucket('PutLifecycleConfiguration'),
    PutBucketNotificationConfiguration: bucket('PutBucketNotification'),
    PutBucketOwnershipControls: bucket(),
    PutBucketPolicy: bucket(),
    PutBucketTagging: bucket(),
    PutBucketVersioning: bucket(),
    PutObject: object('PutObject'),
    PutPublicAccessBlock: bucket('PutBucketPublicAccessBlock'),
    UploadPart: object('PutObject'),
    UploadPartCopy: copying,
  },
  resourcePolicies: (arn, { buckets }) => {
    const [name = ''] = arn.slice(bucketArn('').length).split('/', 1);
    const found = buckets.get(name);
    return found && (found.policy ? [{ name: 'BucketPolicy', text: found.policy }] : []);
  },
};
