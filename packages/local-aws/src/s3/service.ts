import { defineService } from '../kernel/service.ts';
import {
  getBucketNotificationConfiguration,
  putBucketNotificationConfiguration,
} from './operations/bucket-notification.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './operations/buckets.ts';
import { copyObject } from './operations/copy-object.ts';
import { deleteObject, deleteObjects } from './operations/delete-object.ts';
import { getObject } from './operations/get-object.ts';
import { headObject } from './operations/head-object.ts';
import { listObjects, listObjectsV2 } from './operations/list-objects.ts';
import { putObject } from './operations/put-object.ts';
import { createS3, type S3 } from './state.ts';

export const s3Service = defineService<'s3', S3>({
  name: 's3',
  signingName: 's3',
  load: () => import('@aws-sdk/client-s3'),
  create: createS3,
  operations: {
    CopyObject: copyObject,
    CreateBucket: createBucket,
    DeleteBucket: deleteBucket,
    DeleteObject: deleteObject,
    DeleteObjects: deleteObjects,
    GetBucketLocation: getBucketLocation,
    GetBucketNotificationConfiguration: getBucketNotificationConfiguration,
    GetObject: getObject,
    HeadBucket: headBucket,
    HeadObject: headObject,
    ListBuckets: listBuckets,
    ListObjects: listObjects,
    ListObjectsV2: listObjectsV2,
    PutBucketNotificationConfiguration: putBucketNotificationConfiguration,
    PutObject: putObject,
  },
});
