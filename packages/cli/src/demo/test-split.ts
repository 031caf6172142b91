import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ModelState } from '../chain/chain-state.ts';
import { snapshotReader } from '../chain/snapshot.ts';
import type { DemoImage } from './demo-dataset.ts';

/** The images of a model's test split, which it has never seen. */
export async function testSplit(s3: S3Client, model: ModelState, images: readonly DemoImage[]): Promise<DemoImage[]> {
  if (!model.snapshotUri) return [];
  const splits = await snapshotReader(s3)(model.snapshotUri);
  return images.filter(({ bytes }) => splits.get(createHash('sha256').update(bytes).digest('hex')) === 'test');
}
