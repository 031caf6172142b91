import { AwsError } from '../kernel/errors.ts';

export const notFound = (what: string): AwsError =>
  new AwsError('ResourceNotFoundException', `${what} does not exist.`, { status: 404 });

export const alreadyExists = (what: string, arn: string): AwsError =>
  new AwsError('ResourceAlreadyExistsException', `${what} already exists with different properties.`, {
    status: 409,
    extra: { resourceArn: arn },
  });

export const invalid = (message: string): AwsError => new AwsError('InvalidRequestException', message, { status: 400 });

export const inUse = (message: string): AwsError => new AwsError('DeleteConflictException', message, { status: 409 });

/** The record, or AWS's error when there is none. */
export function required<T>(record: T | undefined, what: string): T {
  if (record === undefined) throw notFound(what);
  return record;
}
