import type { IncomingMessage } from 'node:http';
import { AwsError } from './errors.ts';

/** What a request line asks for. */
export interface RequestTarget {
  /** As sent: still encoded, with `..` and doubled slashes where they are, for they may be part of an object's key. */
  path: string;
  query: URLSearchParams;
}

/** Reads the request line's target, which a client of ours gives as a path (RFC 9112, 3.2.1). */
export function requestTarget(message: IncomingMessage): RequestTarget {
  const target = message.url ?? '';
  if (!target.startsWith('/'))
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI: it must begin with a slash.", { status: 400 });
  const mark = target.indexOf('?');
  return {
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
  };
}

/** Decodes one part of a path. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", { status: 400, cause: error });
  }
}

/**
 * S3 takes `..` in a key literally, but refuses keys that would lead out of their bucket if they were paths: at no place
 * may there be more `..` than names before it ("Naming Amazon S3 objects", S3 User Guide).
 */
export function checkRelativeKey(path: string): void {
  let depth = 0;
  for (const segment of decodeSegment(path).split('/').slice(2)) {
    depth += segment === '..' ? -1 : Number(segment !== '' && segment !== '.');
    if (depth < 0) throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", { status: 400 });
  }
}
