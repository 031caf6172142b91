import type { Request } from '../kernel/service.ts';
import type { Bucket } from './bucket.ts';
import type { ObjectVersion } from './object-table.ts';
import { type S3, shortRequestId } from './state.ts';

export type CreationReason = 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload';

/** Tells EventBridge of a new object ("EventBridge event message structure"), when its bucket does so. */
export function notifyCreated(s3: S3, bucket: Bucket, object: ObjectVersion, reason: CreationReason, request: Request) {
  notify(s3, bucket, 'Object Created', request, {
    object: {
      key: object.key,
      size: object.content?.size ?? 0,
      etag: object.content?.etag ?? '',
      ...(bucket.versioning ? { 'version-id': object.version } : {}),
      sequencer: s3.nextSequencer(),
    },
    reason,
  });
}

export function notifyDeleted(s3: S3, bucket: Bucket, object: ObjectVersion, marked: boolean, request: Request) {
  notify(s3, bucket, 'Object Deleted', request, {
    object: {
      key: object.key,
      ...(object.content ? { etag: object.content.etag } : {}),
      ...(bucket.versioning ? { 'version-id': object.version } : {}),
      sequencer: s3.nextSequencer(),
    },
    reason: 'DeleteObject',
    'deletion-type': marked ? 'Delete Marker Created' : 'Permanently Deleted',
  });
}

interface Change {
  object: Record<string, string | number>;
  reason: string;
  'deletion-type'?: string;
}

function notify(s3: S3, bucket: Bucket, detailType: string, request: Request, change: Change): void {
  if (!bucket.notifications.EventBridgeConfiguration) return;
  const { object, reason, ...rest } = change;
  const { caller } = request;
  s3.kernel.emitEvent({
    source: 'aws.s3',
    detailType,
    resources: [s3.kernel.arn('s3', bucket.name, 'global')],
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object,
      'request-id': shortRequestId(request),
      requester: caller.kind === 'service' ? caller.arn : caller.account,
      'source-ip-address': request.http?.message.socket.remoteAddress ?? '127.0.0.1',
      reason,
      ...rest,
    },
  });
}
