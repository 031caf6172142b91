import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Download } from '../component/artifacts.ts';
import type { RoleCredentials } from './token-exchange.ts';

/** Fetches `s3://` artifacts with the device's exchanged credentials. */
export function s3Download(options: {
  region: string;
  endpointUrl?: string;
  credentials(): Promise<RoleCredentials>;
}): Download & { close(): void } {
  const client = new S3Client({
    region: options.region,
    credentials: options.credentials,
    ...(options.endpointUrl !== undefined && { endpoint: options.endpointUrl, forcePathStyle: true }),
  });
  const download: Download = async (artifact, path) => {
    const uri = new URL(artifact.URI);
    if (uri.protocol !== 's3:') throw new Error(`${artifact.URI}: this core device fetches s3:// artifacts only`);
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket: uri.host, Key: decodeURIComponent(uri.pathname.slice(1)) }),
    );
    if (!(Body instanceof Readable)) throw new Error(`${artifact.URI} has no content`);
    await pipeline(Body, createWriteStream(path, { flags: 'wx', flush: true }));
  };
  return Object.assign(download, { close: () => client.destroy() });
}
