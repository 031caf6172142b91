import { AwsError } from '../kernel/errors.ts';

export function notFound(resourceType: string, resourceId: string): AwsError {
  return new AwsError('ResourceNotFoundException', `The ${resourceType} ${resourceId} does not exist.`, {
    status: 404,
    extra: { resourceId, resourceType },
  });
}

export function conflict(resourceType: string, resourceId: string, message: string): AwsError {
  return new AwsError('ConflictException', message, { status: 409, extra: { resourceId, resourceType } });
}

export const invalid = (message: string): AwsError =>
  new AwsError('ValidationException', message, { status: 400, extra: { reason: 'OTHER' } });

export function required<T>(record: T | undefined, resourceType: string, resourceId: string): T {
  if (record === undefined) throw notFound(resourceType, resourceId);
  return record;
}
