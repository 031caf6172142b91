import { AwsError } from '../kernel/errors.ts';

/** Reads `x-amz-copy-source`: `[/]bucket/key[?versionId=…]`, the key percent-encoded. */
export function copySource(header: string | undefined): { Bucket: string; Key: string; VersionId?: string } {
  const match = /^\/?([^/]+)\/(.+?)(?:\?versionId=([^?&]+))?$/.exec(header ?? '');
  const key = match?.[2] === undefined ? undefined : decoded(match[2]);
  if (!match?.[1] || key === undefined)
    throw new AwsError(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      {
        status: 400,
      },
    );
  return { Bucket: match[1], Key: key, ...(match[3] === undefined ? {} : { VersionId: match[3] }) };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % : not an encoding at all.
    return undefined;
  }
}
