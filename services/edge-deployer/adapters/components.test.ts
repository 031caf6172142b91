import { setTimeout as sleep } from 'node:timers/promises';
import { GreengrassV2Client } from '@aws-sdk/client-greengrassv2';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../packages/local-aws/test/harness.ts';
import { type Components, createComponents } from './components.ts';

const code = 's3://artifacts/inspector.zip';
const missing = 's3://artifacts/nothing.zip';

const inspector = (ComponentVersion: string, URI: string) => ({
  RecipeFormatVersion: '2020-01-25',
  ComponentName: 'com.assay.inspector',
  ComponentVersion,
  Manifests: [{ Platform: { os: 'linux' }, Lifecycle: { Run: 'true' }, Artifacts: [{ URI }] }],
});

describe('the version of the inspector', () => {
  let aws: TestAws;
  let components: Components;

  beforeAll(async () => {
    aws = await startAws({ report: () => {} });
    const s3 = aws.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'artifacts' }));
    await s3.send(new PutObjectCommand({ Bucket: 'artifacts', Key: 'inspector.zip', Body: 'code' }));
    const arnPrefix = 'arn:aws:greengrass:eu-west-1:000000000000:components';
    components = createComponents(aws.client(GreengrassV2Client), arnPrefix, () => sleep(20));
  });
  afterAll(() => aws.close());

  const fails = (version: string) =>
    expect(components.register(inspector(version, missing))).rejects.toMatchObject({ code: 'component-failed' });

  it('is asked for again later when there is none, or none that can be deployed', async () => {
    await expect(components.inspectorVersion()).rejects.toMatchObject({ code: 'no-inspector', retryable: true });
    await fails('1.0.8');
    await expect(components.inspectorVersion()).rejects.toMatchObject({ code: 'no-inspector', retryable: true });
  });

  it('is the newest one that can be deployed, whatever failed after it', async () => {
    await components.register(inspector('1.0.9', code));
    await components.register(inspector('1.0.10', code));
    await fails('1.0.11');
    await expect(components.inspectorVersion()).resolves.toBe('1.0.10');
  });
});
