import { formatS3Uri } from '@assay/events';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ModelArtifact } from '../domain/model/model-artifact.ts';
import { MODEL_COMPONENT } from '../domain/model/model-component.ts';

/**
 * Leaves a model's files where the devices fetch them. The folder is named by the content: Greengrass keeps the digest
 * of an artifact, and an object that changed would break every deployment of it.
 */
export async function uploadModel(
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  { onnx, manifest, sha256 }: ModelArtifact,
): Promise<string[]> {
  const files = [
    ['model.onnx', onnx, 'application/octet-stream'],
    ['manifest.json', manifest, 'application/json'],
  ] as const;
  const uris: string[] = [];
  for (const [name, Body, ContentType] of files) {
    const key = `components/${MODEL_COMPONENT}/${sha256}/${name}`;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentType }));
    uris.push(formatS3Uri({ bucket, key }));
  }
  return uris;
}
