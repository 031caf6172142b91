import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Request } from '../kernel/service.ts';
import type { Collection } from '../kernel/store.ts';
import type { Bucket } from './bucket.ts';
import { ObjectFiles } from './object-files.ts';
import { type ObjectTable, objectTable } from './object-table.ts';
import { sequencers } from './sequencer.ts';
import { type UploadTable, uploadTable } from './upload-table.ts';

export interface S3 {
  kernel: Kernel;
  buckets: Collection<Bucket>;
  objects: ObjectTable;
  uploads: UploadTable;
  files: ObjectFiles;
  /** The next `sequencer` of an event. */
  nextSequencer(): string;
}

export function createS3(kernel: Kernel): S3 {
  const objects = objectTable(kernel.store);
  const uploads = uploadTable(kernel.store);
  const files = new ObjectFiles(kernel);
  files.sweep(new Set([...objects.fileIds(), ...uploads.fileIds()]));
  const nextSequencer = sequencers(() => kernel.clock.now());
  return { kernel, buckets: kernel.store.collection<Bucket>('s3_buckets'), objects, uploads, files, nextSequencer };
}

/** The bucket that an operation names, or AWS's `NoSuchBucket`. */
export function requireBucket(
  s3: S3,
  input: { Bucket: string | undefined; ExpectedBucketOwner?: string | undefined },
): Bucket {
  const name = input.Bucket ?? '';
  const bucket = s3.buckets.get(name);
  if (!bucket)
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
      status: 404,
      extra: { BucketName: name },
    });
  if (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== s3.kernel.account)
    throw new AwsError('AccessDenied', 'Access Denied', { status: 403 });
  return bucket;
}

/** Refuses inputs that mean something which isn't here, by name. */
export function refuseMembers<Input extends object>(
  operation: string,
  input: Input,
  members: (keyof Input & string)[],
) {
  const member = members.find((name) => input[name] !== undefined);
  if (member)
    throw new AwsError('NotImplemented', `s3:${operation} with ${member} is not implemented by this endpoint.`, {
      status: 501,
    });
}

/** In S3's events and answers: 16 digits. */
export function shortRequestId(request: Request): string {
  return request.requestId.replaceAll('-', '').slice(0, 16).toUpperCase();
}
