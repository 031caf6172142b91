import { notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { requireBucket, type S3 } from '../state.ts';

export const putBucketNotificationConfiguration: Operation<'s3', 'PutBucketNotificationConfiguration', S3> = (
  input,
  _request,
  s3,
) => {
  const bucket = requireBucket(s3, input);
  const { EventBridgeConfiguration, ...others } = input.NotificationConfiguration ?? {};
  for (const [name, configurations] of Object.entries(others))
    if ((configurations?.length ?? 0) > 0)
      throw notImplemented(`s3:PutBucketNotificationConfiguration with ${name} (use EventBridgeConfiguration)`);
  s3.buckets.put(bucket.name, {
    ...bucket,
    notifications: EventBridgeConfiguration ? { EventBridgeConfiguration } : {},
  });
  return {};
};

export const getBucketNotificationConfiguration: Operation<'s3', 'GetBucketNotificationConfiguration', S3> = (
  input,
  _request,
  s3,
) => requireBucket(s3, input).notifications;
