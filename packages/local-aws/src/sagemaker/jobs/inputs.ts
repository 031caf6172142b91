import { z } from 'zod';
import { AwsError, messageOf } from '../../kernel/errors.ts';
import { download, listObjects, nameBelow, readText, requireS3Uri, type S3Access } from '../storage/s3-folder.ts';
import { joinS3Uri } from '../storage/s3-uri.ts';
import { JobFailure } from './job-failure.ts';

/** "S3DataSource": a first element with the prefix, then paths below it. */
const manifest = z.tuple([z.object({ prefix: z.string() })], z.string());

export interface JobInput {
  uri: string;
  type: 'S3Prefix' | 'ManifestFile';
}

/** Brings a job's input into `folder`. */
export async function fetchInput(s3: S3Access, { uri, type }: JobInput, folder: string): Promise<void> {
  try {
    if (type === 'ManifestFile') await fetchManifest(s3, uri, folder);
    else await fetchPrefix(s3, uri, folder);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new JobFailure(`ClientError: Data download failed:${error.code}: ${error.message}, uri: ${uri}`, {
      cause: error,
    });
  }
}

async function fetchPrefix(s3: S3Access, uri: string, folder: string): Promise<void> {
  const objects = await listObjects(s3, uri);
  const { bucket, key } = requireS3Uri(uri);
  if (objects.length === 0)
    throw new JobFailure(
      `ClientError: No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket exists in the selected region (${s3.kernel.region}), that objects exist under that S3 prefix, and that the role "${s3.caller.roleArn}" has "s3:ListBucket" permissions on bucket "${bucket}".`,
    );
  await download(s3, objects, folder, nameBelow(key));
}

async function fetchManifest(s3: S3Access, uri: string, folder: string): Promise<void> {
  let parsed: z.infer<typeof manifest>;
  try {
    parsed = manifest.parse(JSON.parse(await readText(s3, uri)));
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new JobFailure(
      `ClientError: The manifest ${uri} must be a JSON array of {"prefix": "s3://…"} and paths below it: ${messageOf(error)}`,
      { cause: error },
    );
  }
  const [{ prefix }, ...paths] = parsed;
  const { key } = requireS3Uri(prefix);
  const objects = paths.map((path) => requireS3Uri(prefix.endsWith('/') ? prefix + path : joinS3Uri(prefix, path)));
  await download(s3, objects, folder, (name) => name.slice(key.length).replace(/^\/+/, ''));
}
