import type { Operation } from '../../kernel/service.ts';
import { refuseMembers, requireBucket, type S3 } from '../state.ts';

export const listObjectVersions: Operation<'s3', 'ListObjectVersions', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  refuseMembers('ListObjectVersions', input, ['Delimiter']);
  const limit = Math.min(input.MaxKeys ?? 1000, 1000);
  const prefix = input.Prefix ?? '';
  const marker = input.KeyMarker ?? '';
  const from = marker > prefix ? marker : prefix;
  // The versions of the marker's key up to the marked one, or all of them, were on the page before.
  let behind = input.KeyMarker === undefined;
  const versions = s3.objects.versionsFrom(bucket.name, from, -1).filter((version) => {
    if (!behind && version.key === marker) {
      if (version.version === input.VersionIdMarker) behind = true;
      return false;
    }
    behind = true;
    return version.key.startsWith(prefix);
  });
  const page = versions.slice(0, limit);
  const last = page.at(-1);
  const describe = ({ key, version, latest, modified }: (typeof page)[number]) => ({
    Key: key,
    VersionId: version,
    IsLatest: latest,
    LastModified: new Date(modified),
  });
  return {
    Name: bucket.name,
    Prefix: prefix,
    KeyMarker: marker,
    VersionIdMarker: input.VersionIdMarker,
    MaxKeys: limit,
    IsTruncated: versions.length > limit,
    ...(versions.length > limit ? { NextKeyMarker: last?.key, NextVersionIdMarker: last?.version } : {}),
    Versions: page.flatMap((version) =>
      version.content
        ? [
            {
              ...describe(version),
              ETag: `"${version.content.etag}"`,
              Size: version.content.size,
              StorageClass: 'STANDARD' as const,
            },
          ]
        : [],
    ),
    DeleteMarkers: page.filter(({ content }) => !content).map(describe),
  };
};
