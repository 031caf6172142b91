import { createHash } from 'node:crypto';
import {
  CancelDeploymentCommand,
  CreateComponentVersionCommand,
  DeleteComponentCommand,
  DescribeComponentCommand,
  GetComponentCommand,
  GetCoreDeviceCommand,
  GetDeploymentCommand,
  GreengrassV2Client,
  ListComponentsCommand,
  ListComponentVersionsCommand,
  ResolveComponentCandidatesCommand,
} from '@aws-sdk/client-greengrassv2';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

let test: TestAws;
let greengrass: GreengrassV2Client;

beforeAll(async () => {
  test = await startAws({ report: () => {} });
  greengrass = test.client(GreengrassV2Client);
  const s3 = test.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: 'artifacts' }));
  await s3.send(new PutObjectCommand({ Bucket: 'artifacts', Key: 'a/code.zip', Body: 'code' }));
});
afterAll(() => test.close());

function recipe(
  name: string,
  version: string,
  uri = 's3://artifacts/a/code.zip',
  platform: Record<string, string> = { os: 'linux' },
) {
  return {
    RecipeFormatVersion: '2020-01-25',
    ComponentName: name,
    ComponentVersion: version,
    ComponentPublisher: 'us',
    Manifests: [{ Platform: platform, Lifecycle: { Run: 'true' }, Artifacts: [{ URI: uri, Unarchive: 'ZIP' }] }],
  };
}

const create = (value: unknown, clientToken?: string) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return greengrass.send(new CreateComponentVersionCommand({ inlineRecipe: Buffer.from(text), clientToken }));
};

async function ready(arn = ''): Promise<string | undefined> {
  for (;;) {
    const { status } = await greengrass.send(new DescribeComponentCommand({ arn }));
    if (status?.componentState !== 'REQUESTED') return status?.componentState;
  }
}

describe('a component version', () => {
  it('is requested, and deployable once its artifacts are read and their digests written down', async () => {
    const { arn, status } = await create(recipe('com.example.A', '1.0.0'));
    expect(arn).toBe(
      `arn:aws:greengrass:${test.aws.region}:${test.aws.account}:components:com.example.A:versions:1.0.0`,
    );
    expect(status?.componentState).toBe('REQUESTED');
    expect(await ready(arn)).toBe('DEPLOYABLE');
    const { recipe: stored, recipeOutputFormat } = await greengrass.send(new GetComponentCommand({ arn }));
    expect(recipeOutputFormat).toBe('JSON');
    expect(JSON.parse(Buffer.from(stored ?? []).toString()).Manifests[0].Artifacts).toEqual([
      {
        URI: 's3://artifacts/a/code.zip',
        Unarchive: 'ZIP',
        Digest: createHash('sha256').update('code').digest('base64'),
        Algorithm: 'SHA-256',
      },
    ]);
  });

  it('fails, naming the artifact, when that is not there', async () => {
    const { arn } = await create(recipe('com.example.Lost', '1.0.0', 's3://artifacts/a/missing.zip'));
    expect(await ready(arn)).toBe('FAILED');
    const { status } = await greengrass.send(new DescribeComponentCommand({ arn }));
    expect(Object.keys(status?.errors ?? {})).toEqual(['s3://artifacts/a/missing.zip']);
  });

  it('can be written in YAML', async () => {
    const { arn } = await create(
      [
        "RecipeFormatVersion: '2020-01-25'",
        'ComponentName: com.example.Yaml',
        "ComponentVersion: '1.0.0'",
        'Manifests:',
        '  - Platform: { os: linux }',
        '    Lifecycle:',
        '      Run: |',
        '        echo hello',
      ].join('\n'),
    );
    expect(await ready(arn)).toBe('DEPLOYABLE');
    const yaml = await greengrass.send(new GetComponentCommand({ arn, recipeOutputFormat: 'YAML' }));
    expect(Buffer.from(yaml.recipe ?? []).toString()).toContain('ComponentName: com.example.Yaml');
  });

  it('exists once; the same request again, by its token, is the same', async () => {
    const first = await create(recipe('com.example.Twice', '1.0.0'), 'token-of-twice');
    expect((await create(recipe('com.example.Twice', '1.0.0'), 'token-of-twice')).arn).toBe(first.arn);
    await expect(create(recipe('com.example.Twice', '1.0.0'))).rejects.toMatchObject({ name: 'ConflictException' });
  });

  it.each([
    ['neither JSON nor YAML', '{'],
    ['without a semantic version', recipe('com.example.B', '1.0')],
    ['with a reserved name', recipe('aws.greengrass.B', '1.0.0')],
    ['with an artifact elsewhere', recipe('com.example.B', '1.0.0', 'https://example.com/code.zip')],
    [
      'with Run and Startup',
      { ...recipe('com.example.B', '1.0.0'), Manifests: [{ Lifecycle: { Run: 'a', Startup: 'b' } }] },
    ],
    ['with an unknown element', { ...recipe('com.example.B', '1.0.0'), ComponentTypo: 1 }],
  ])('is refused %s', async (_, value) => {
    await expect(create(value)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('is listed with the others, newest first, and gone when deleted', async () => {
    for (const version of ['1.0.0', '1.10.0', '1.9.0'])
      await ready((await create(recipe('com.example.Many', version))).arn);
    const { components = [] } = await greengrass.send(new ListComponentsCommand({}));
    const many = components.find(({ componentName }) => componentName === 'com.example.Many');
    expect(many?.latestVersion?.componentVersion).toBe('1.10.0');
    const versions = async () =>
      (await greengrass.send(new ListComponentVersionsCommand({ arn: many?.arn }))).componentVersions?.map(
        ({ componentVersion }) => componentVersion,
      );
    expect(await versions()).toEqual(['1.10.0', '1.9.0', '1.0.0']);
    await greengrass.send(new DeleteComponentCommand({ arn: many?.latestVersion?.arn }));
    expect(await versions()).toEqual(['1.9.0', '1.0.0']);
  });
});

describe('resolving a component for a device', () => {
  const resolve = (versionRequirements: Record<string, string>, architecture = 'amd64', name = 'com.example.R') =>
    greengrass.send(
      new ResolveComponentCandidatesCommand({
        platform: { attributes: { os: 'linux', architecture } },
        componentCandidates: [{ componentName: name, versionRequirements }],
      }),
    );
  const version = async (...of: Parameters<typeof resolve>) =>
    (await resolve(...of)).resolvedComponentVersions?.[0]?.componentVersion;

  beforeAll(async () => {
    for (const number of ['1.0.0', '1.2.0', '2.0.0']) await ready((await create(recipe('com.example.R', number))).arn);
    const arm = { os: 'linux', architecture: 'aarch64' };
    await ready((await create(recipe('com.example.R', '2.1.0', undefined, arm))).arn);
    await ready((await create(recipe('com.example.R', '3.0.0', 's3://artifacts/a/missing.zip'))).arn);
  });

  it('gives the newest version that suits all who require it, the platform, and can be deployed', async () => {
    expect(await version({ a: '^1.0.0' })).toBe('1.2.0');
    expect(await version({ a: '>=1.0.0', b: '<2.0.0' })).toBe('1.2.0');
    expect(await version({ a: '>=1.0.0' })).toBe('2.0.0');
    expect(await version({ a: '>=1.0.0' }, 'aarch64')).toBe('2.1.0');
    expect(await version({ a: '=1.0.0' })).toBe('1.0.0');
  });

  it('fails when the requirements exclude each other', async () => {
    await expect(resolve({ a: '^1.0.0', b: '^2.0.0' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it("knows AWS's own components that a device has built in", async () => {
    const { resolvedComponentVersions: [found] = [] } = await resolve(
      { a: '^2.0.0' },
      'amd64',
      'aws.greengrass.TokenExchangeService',
    );
    expect(found?.arn).toContain(':aws:components:aws.greengrass.TokenExchangeService');
  });
});

describe('what is not there', () => {
  const arn = 'arn:aws:greengrass:eu-west-1:000000000000:components:com.example.None:versions:1.0.0';
  it.each<[string, () => Promise<unknown>]>([
    ['a component to describe', () => greengrass.send(new DescribeComponentCommand({ arn }))],
    ['a component to get', () => greengrass.send(new GetComponentCommand({ arn }))],
    ['a component to delete', () => greengrass.send(new DeleteComponentCommand({ arn }))],
    [
      'versions to list',
      () => greengrass.send(new ListComponentVersionsCommand({ arn: arn.replace(/:versions.*/, '') })),
    ],
    ['a deployment to get', () => greengrass.send(new GetDeploymentCommand({ deploymentId: 'none' }))],
    ['a deployment to cancel', () => greengrass.send(new CancelDeploymentCommand({ deploymentId: 'none' }))],
    ['a core device', () => greengrass.send(new GetCoreDeviceCommand({ coreDeviceThingName: 'none' }))],
  ])('is named: %s', async (_, call) => {
    await expect(call()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });
});
