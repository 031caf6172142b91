/** Bucket and key of `s3://bucket/key`; undefined when the text is no such URI. */
export function parseS3Uri(uri: string): { bucket: string; key: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri);
  return match?.[1] === undefined ? undefined : { bucket: match[1], key: match[2] ?? '' };
}

/** `s3://bucket/a` and `b` to `s3://bucket/a/b`, whether or not the first ends with a slash. */
export const joinS3Uri = (base: string, ...rest: string[]): string => [base.replace(/\/+$/, ''), ...rest].join('/');
