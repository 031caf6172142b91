import { AwsError } from '../kernel/errors.ts';
import type { ObjectVersion } from './object-table.ts';

export interface ReadConditions {
  IfMatch?: string;
  IfNoneMatch?: string;
  IfModifiedSince?: Date;
  IfUnmodifiedSince?: Date;
}

/** Throws 304 or 412 as RFC 9110 §13.2.2 orders the preconditions of a read. */
export function checkReadConditions(object: ObjectVersion, conditions: ReadConditions): void {
  const etag = object.content?.etag ?? '';
  const second = Math.floor(object.modified / 1000) * 1000;
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, etag)) throw preconditionFailed('If-Match');
  } else if (IfUnmodifiedSince && second > IfUnmodifiedSince.getTime()) throw preconditionFailed('If-Unmodified-Since');
  const notModified =
    IfNoneMatch === undefined
      ? IfModifiedSince !== undefined && second <= IfModifiedSince.getTime()
      : matches(IfNoneMatch, etag);
  if (notModified) throw new AwsError('NotModified', 'Not Modified', { status: 304 });
}

/** The same names, with S3's prefix, for the source of a copy: it never answers 304. */
export function checkCopyConditions(source: ObjectVersion, conditions: ReadConditions): void {
  try {
    checkReadConditions(source, conditions);
  } catch (error) {
    throw error instanceof AwsError && error.code === 'NotModified' ? preconditionFailed('If-None-Match') : error;
  }
}

export interface WriteConditions {
  IfMatch?: string;
  IfNoneMatch?: string;
}

/** Decides a conditional write. In the turn that writes: between the two nobody else may come. */
export function checkWriteConditions(current: ObjectVersion | undefined, conditions: WriteConditions): void {
  const { IfMatch, IfNoneMatch } = conditions;
  const etag = current?.content?.etag;
  if (IfNoneMatch !== undefined) {
    if (IfNoneMatch.trim() !== '*')
      throw new AwsError(
        'NotImplemented',
        'A header you provided implies functionality that is not implemented: If-None-Match of a write takes * only.',
        { status: 501, extra: { Header: 'If-None-Match' } },
      );
    if (etag !== undefined) throw preconditionFailed('If-None-Match');
  }
  if (IfMatch !== undefined) {
    if (etag === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
    if (!matches(IfMatch, etag)) throw preconditionFailed('If-Match');
  }
}

function matches(condition: string, etag: string): boolean {
  return condition.split(',').some((candidate) => {
    const value = candidate.trim().replace(/^W\//, '');
    return value === '*' || value.replace(/^"(.*)"$/, '$1') === etag;
  });
}

function preconditionFailed(condition: string): AwsError {
  return new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    extra: { Condition: condition },
  });
}
