/** Bucket and key of `s3://bucket/key`, if it is one. */
export function parseS3(uri: string): { bucket: string; key: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri);
  return match?.[1] === undefined ? undefined : { bucket: match[1], key: match[2] ?? '' };
}
