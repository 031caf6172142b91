import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAws } from '@assay/local-aws';
import { type CoreDeviceConfig, provisionCoreDevice } from '@assay/local-greengrass';
import {
  CreateComponentVersionCommand,
  CreateDeploymentCommand,
  type CreateDeploymentCommandInput,
  DescribeComponentCommand,
  type EffectiveDeployment,
  GreengrassV2Client,
  ListEffectiveDeploymentsCommand,
} from '@aws-sdk/client-greengrassv2';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreatePolicyCommand, CreateRoleAliasCommand, CreateThingGroupCommand, IoTClient } from '@aws-sdk/client-iot';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const BUCKET = 'components';
const GROUP = 'line';

/** What a stack makes for a line of devices: group, policy, role behind an alias, bucket. */
export interface TestCloud {
  region: string;
  iot: IoTClient;
  greengrass: GreengrassV2Client;
  s3: S3Client;
  groupArn: string;
  provision(thingName: string): Promise<CoreDeviceConfig>;
  /** Creates a component version out of a recipe and files for its bucket, and waits until it can be deployed. */
  component(recipe: Record<string, unknown>, files?: Record<string, Buffer | string>): Promise<void>;
  deploy(components: Record<string, string>, more?: Partial<CreateDeploymentCommandInput>): Promise<string>;
  effective(thing: string, deploymentId: string): Promise<EffectiveDeployment | undefined>;
  /** Waits until the deployment has ended on the thing. */
  ended(thing: string, deploymentId: string): Promise<EffectiveDeployment>;
  /** Takes the cloud away from the devices; {@link start} brings it back with all that it knew. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export const artifactUri = (file: string): string => `s3://${BUCKET}/${file}`;

/** The IoT policy that AWS's guide gives for core devices, confined to the device's own name. */
const POLICY = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'iot:Connect', Resource: 'arn:aws:iot:*:*:client/${iot:Connection.Thing.ThingName}' },
    {
      Effect: 'Allow',
      Action: ['iot:Publish', 'iot:Receive'],
      Resource: [
        'arn:aws:iot:*:*:topic/$aws/things/${iot:Connection.Thing.ThingName}/*',
        'arn:aws:iot:*:*:topic/assay/${iot:Connection.Thing.ThingName}/verdicts',
      ],
    },
    {
      Effect: 'Allow',
      Action: 'iot:Subscribe',
      Resource: 'arn:aws:iot:*:*:topicfilter/$aws/things/${iot:Connection.Thing.ThingName}/*',
    },
    { Effect: 'Allow', Action: 'iot:AssumeRoleWithCertificate', Resource: 'arn:aws:iot:*:*:rolealias/devices' },
    { Effect: 'Allow', Action: 'greengrass:ResolveComponentCandidates', Resource: '*' },
  ],
};

export async function startCloud(): Promise<TestCloud> {
  const folder = mkdtempSync(join(tmpdir(), 'devices-'));
  const dataDir = join(folder, 'cloud');
  let aws = await startLocalAws({ dataDir });
  const { endpoint, region, administrator: credentials } = aws;
  const port = Number(new URL(endpoint).port);
  const settings = { endpoint, region, credentials, maxAttempts: 1 };
  const iot = new IoTClient(settings);
  const greengrass = new GreengrassV2Client(settings);
  const s3 = new S3Client(settings);
  const { thingGroupArn: groupArn = '' } = await iot.send(new CreateThingGroupCommand({ thingGroupName: GROUP }));
  await iot.send(new CreatePolicyCommand({ policyName: 'device', policyDocument: JSON.stringify(POLICY) }));
  const trust = { Effect: 'Allow', Principal: { Service: 'credentials.iot.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const { Role } = await new IAMClient(settings).send(
    new CreateRoleCommand({
      RoleName: 'devices',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    }),
  );
  const access = { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::*' };
  await new IAMClient(settings).send(
    new PutRolePolicyCommand({
      RoleName: 'devices',
      PolicyName: 'device',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [access] }),
    }),
  );
  await iot.send(new CreateRoleAliasCommand({ roleAlias: 'devices', roleArn: Role?.Arn }));
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));

  const effective: TestCloud['effective'] = async (thing, deploymentId) => {
    const answer = await greengrass.send(new ListEffectiveDeploymentsCommand({ coreDeviceThingName: thing }));
    return answer.effectiveDeployments?.find((one) => one.deploymentId === deploymentId);
  };
  return {
    region,
    iot,
    greengrass,
    s3,
    groupArn,
    effective,
    provision: (thingName) =>
      provisionCoreDevice({
        iot,
        region,
        thingName,
        thingGroup: GROUP,
        root: join(folder, thingName),
        roleAlias: 'devices',
        policyName: 'device',
        rootCa: new URL('/_iot/root-ca.pem', endpoint),
        endpointUrl: endpoint,
      }),
    async component(recipe, files = {}) {
      for (const [Key, Body] of Object.entries(files))
        await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
      const { arn } = await greengrass.send(
        new CreateComponentVersionCommand({ inlineRecipe: Buffer.from(JSON.stringify(recipe)) }),
      );
      const state = async () => (await greengrass.send(new DescribeComponentCommand({ arn }))).status?.componentState;
      await until(async () => (await state()) === 'DEPLOYABLE');
    },
    async deploy(components, more = {}) {
      const { deploymentId = '' } = await greengrass.send(
        new CreateDeploymentCommand({
          targetArn: groupArn,
          components: Object.fromEntries(
            Object.entries(components).map(([name, componentVersion]) => [name, { componentVersion }]),
          ),
          ...more,
        }),
      );
      return deploymentId;
    },
    async ended(thing, deploymentId) {
      let found: EffectiveDeployment | undefined;
      await until(async () => {
        found = await effective(thing, deploymentId);
        return !['QUEUED', 'IN_PROGRESS', undefined].includes(found?.coreDeviceExecutionStatus);
      });
      if (!found) throw new Error(`deployment ${deploymentId} did not reach ${thing}`);
      return found;
    },
    stop: () => aws.close(),
    async start() {
      aws = await startLocalAws({ dataDir, port });
    },
    async close() {
      await aws.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks again until `condition` holds; what runs in other processes tells nobody when it is done. */
export async function until(condition: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not so after ${seconds} s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A recipe with one manifest for any Linux or macOS. */
export function recipe(
  name: string,
  version: string,
  lifecycle: Record<string, unknown>,
  more: { artifacts?: unknown[]; configuration?: unknown; dependencies?: unknown } = {},
): Record<string, unknown> {
  return {
    RecipeFormatVersion: '2020-01-25',
    ComponentName: name,
    ComponentVersion: version,
    ComponentConfiguration: { DefaultConfiguration: more.configuration ?? {} },
    ...(more.dependencies ? { ComponentDependencies: more.dependencies } : {}),
    Manifests: [{ Platform: { os: '/linux|darwin/' }, Lifecycle: lifecycle, Artifacts: more.artifacts ?? [] }],
  };
}
