import {
  CreateComponentVersionCommand,
  DescribeComponentCommand,
  GreengrassV2Client,
} from '@aws-sdk/client-greengrassv2';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../packages/local-aws/test/harness.ts';
import { type Components, createComponents } from './components.ts';

const artifacts = { sound: 's3://artifacts/inspector.zip', missing: 's3://artifacts/nothing.zip' } as const;

describe('the version of the inspector', () => {
  let aws: TestAws;
  let greengrass: GreengrassV2Client;
  let components: Components;

  beforeAll(async () => {
    aws = await startAws({ report: () => {} });
    const s3 = aws.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'artifacts' }));
    await s3.send(new PutObjectCommand({ Bucket: 'artifacts', Key: 'inspector.zip', Body: 'code' }));
    greengrass = aws.client(GreengrassV2Client);
    const neverAsked = () => Promise.reject(new Error('nothing is waited for here'));
    components = createComponents(greengrass, 'arn:aws:greengrass:eu-west-1:000000000000:components', neverAsked);
  });
  afterAll(() => aws.close());

  /** Registers a version and asks until its artifacts were read. Gives the state that it came to. */
  async function register(ComponentVersion: string, artifact: keyof typeof artifacts): Promise<string | undefined> {
    const recipe = {
      RecipeFormatVersion: '2020-01-25',
      ComponentName: 'com.assay.inspector',
      ComponentVersion,
      Manifests: [{ Platform: { os: 'linux' }, Lifecycle: { Run: 'true' }, Artifacts: [{ URI: artifacts[artifact] }] }],
    };
    const inlineRecipe = Buffer.from(JSON.stringify(recipe));
    const { arn } = await greengrass.send(new CreateComponentVersionCommand({ inlineRecipe }));
    for (;;) {
      const { status } = await greengrass.send(new DescribeComponentCommand({ arn }));
      if (status?.componentState !== 'REQUESTED') return status?.componentState;
    }
  }

  it('is asked for again later when there is none, or none that can be deployed', async () => {
    await expect(components.inspectorVersion()).rejects.toMatchObject({ code: 'no-inspector', retryable: true });
    expect(await register('1.0.8', 'missing')).toBe('FAILED');
    await expect(components.inspectorVersion()).rejects.toMatchObject({ code: 'no-inspector', retryable: true });
  });

  it('is the newest one that can be deployed, whatever failed after it', async () => {
    expect(await register('1.0.9', 'sound')).toBe('DEPLOYABLE');
    expect(await register('1.0.10', 'sound')).toBe('DEPLOYABLE');
    expect(await register('1.0.11', 'missing')).toBe('FAILED');
    await expect(components.inspectorVersion()).resolves.toBe('1.0.10');
  });
});
