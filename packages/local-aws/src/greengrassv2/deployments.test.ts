import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CancelDeploymentCommand,
  CreateComponentVersionCommand,
  CreateDeploymentCommand,
  type CreateDeploymentCommandInput,
  GetCoreDeviceCommand,
  GetDeploymentCommand,
  GreengrassV2Client,
  ListCoreDevicesCommand,
  ListDeploymentsCommand,
  ListEffectiveDeploymentsCommand,
  ListInstalledComponentsCommand,
} from '@aws-sdk/client-greengrassv2';
import {
  AddThingToThingGroupCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  IoTClient,
} from '@aws-sdk/client-iot';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openToRules, startAws, type TestAws } from '../../test/harness.ts';
import { type ManualClock, manualClock } from '../kernel/clock.ts';

let test: TestAws;
let clock: ManualClock;
let greengrass: GreengrassV2Client;
let groupArn: string;

beforeEach(async () => {
  clock = manualClock();
  test = await startAws({ clock, report: () => {} });
  greengrass = test.client(GreengrassV2Client);
  const iot = test.client(IoTClient);
  groupArn = (await iot.send(new CreateThingGroupCommand({ thingGroupName: 'line' }))).thingGroupArn ?? '';
  await iot.send(new CreateThingCommand({ thingName: 'edge-1' }));
  await iot.send(new AddThingToThingGroupCommand({ thingName: 'edge-1', thingGroupName: 'line' }));
  const inlineRecipe = Buffer.from(
    JSON.stringify({
      RecipeFormatVersion: '2020-01-25',
      ComponentName: 'com.example.A',
      ComponentVersion: '1.0.0',
      Manifests: [{ Lifecycle: { Run: 'true' } }],
    }),
  );
  await greengrass.send(new CreateComponentVersionCommand({ inlineRecipe }));
  await clock.advance(0);
});
afterEach(() => test.close());

const deploy = async (more: Partial<CreateDeploymentCommandInput> = {}) => {
  const components = { 'com.example.A': { componentVersion: '1.0.0' } };
  const created = await greengrass.send(new CreateDeploymentCommand({ targetArn: groupArn, components, ...more }));
  await clock.advance(0);
  return created;
};

const effective = async () =>
  (await greengrass.send(new ListEffectiveDeploymentsCommand({ coreDeviceThingName: 'edge-1' })))
    .effectiveDeployments ?? [];

/** What a device says, as the broker passes it on. */
async function fleetStatus(component: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<void> {
  const message = {
    ggcVersion: '2.15.0',
    platform: 'linux',
    architecture: 'amd64',
    overallDeviceStatus: 'HEALTHY',
    timestamp: clock.now(),
    messageType: 'COMPLETE',
    components: [{ componentName: 'com.example.A', version: '1.0.0', isRoot: true, status: 'RUNNING', ...component }],
    ...more,
  };
  test.aws.kernel.outbox.add('greengrassv2:fleet-status', { thing: 'edge-1', message: JSON.stringify(message) });
  await clock.advance(1);
}

/** Hears what Greengrass tells on the default bus. */
async function hearing(): Promise<() => Promise<Record<string, unknown>[]>> {
  const sqs = test.client(SQSClient);
  const events = test.client(EventBridgeClient);
  const queue = { QueueName: 'heard', Attributes: openToRules('heard') };
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand(queue));
  await events.send(new PutRuleCommand({ Name: 'greengrass', EventPattern: '{"source":["aws.greengrass"]}' }));
  const Arn = `arn:aws:sqs:${test.aws.region}:${test.aws.account}:heard`;
  await events.send(new PutTargetsCommand({ Rule: 'greengrass', Targets: [{ Id: 'queue', Arn }] }));
  return async () => {
    await clock.advance(0);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body = '' }) => JSON.parse(Body));
  };
}

describe('a deployment', () => {
  it('is a continuous job with the document that devices read', async () => {
    const { deploymentId, iotJobId = '' } = await deploy({
      deploymentName: 'first',
      components: {
        'com.example.A': { componentVersion: '1.0.0', configurationUpdate: { reset: ['/a'], merge: '{"b":{"c":1}}' } },
      },
      deploymentPolicies: {
        failureHandlingPolicy: 'DO_NOTHING',
        componentUpdatePolicy: { action: 'SKIP_NOTIFY_COMPONENTS', timeoutInSeconds: 5 },
      },
    });
    const job = test.aws.kernel.store.collection<{ document: string }>('iot_jobs').get(iotJobId);
    expect(JSON.parse(job?.document ?? '')).toEqual({
      deploymentId,
      configurationArn: `arn:aws:greengrass:${test.aws.region}:${test.aws.account}:configuration:thinggroup/line:1`,
      components: {
        'com.example.A': { version: '1.0.0', configurationUpdate: { reset: ['/a'], merge: { b: { c: 1 } } } },
      },
      creationTimestamp: clock.now(),
      failureHandlingPolicy: 'DO_NOTHING',
      componentUpdatePolicy: { timeout: 5, action: 'SKIP_NOTIFY_COMPONENTS' },
      configurationValidationPolicy: { timeout: 30 },
      requiredCapabilities: [],
    });
    expect(await greengrass.send(new GetDeploymentCommand({ deploymentId }))).toMatchObject({
      deploymentName: 'first',
      deploymentStatus: 'ACTIVE',
      revisionId: '1',
      isLatestForTarget: true,
      components: { 'com.example.A': { configurationUpdate: { reset: ['/a'], merge: '{"b":{"c":1}}' } } },
    });
    expect(await effective()).toMatchObject([
      { deploymentId, coreDeviceExecutionStatus: 'QUEUED', targetArn: groupArn },
    ]);
  });

  it('replaces the one before, which devices that have not begun it never get', async () => {
    const first = await deploy();
    await clock.advance(1_000);
    const second = await deploy();
    expect(await effective()).toMatchObject([
      { deploymentId: second.deploymentId, coreDeviceExecutionStatus: 'QUEUED' },
      { deploymentId: first.deploymentId, coreDeviceExecutionStatus: 'CANCELED' },
    ]);
    const all = await greengrass.send(new ListDeploymentsCommand({ targetArn: groupArn, historyFilter: 'ALL' }));
    expect(all.deployments).toMatchObject([
      { deploymentId: second.deploymentId, deploymentStatus: 'ACTIVE', isLatestForTarget: true },
      { deploymentId: first.deploymentId, deploymentStatus: 'INACTIVE', isLatestForTarget: false },
    ]);
    const latest = await greengrass.send(new ListDeploymentsCommand({ targetArn: groupArn }));
    expect(latest.deployments?.map(({ deploymentId }) => deploymentId)).toEqual([second.deploymentId]);
  });

  it('with the same token is the same deployment', async () => {
    const clientToken = 'the-same';
    expect((await deploy({ clientToken })).deploymentId).toBe((await deploy({ clientToken })).deploymentId);
  });

  it('can be cancelled', async () => {
    const { deploymentId } = await deploy();
    await greengrass.send(new CancelDeploymentCommand({ deploymentId }));
    await clock.advance(0);
    expect(await effective()).toMatchObject([{ coreDeviceExecutionStatus: 'CANCELED' }]);
    const { deploymentStatus } = await greengrass.send(new GetDeploymentCommand({ deploymentId }));
    expect(deploymentStatus).toBe('CANCELED');
  });

  it.each<[string, object, string]>([
    [
      'of a version that is not there',
      { components: { 'com.example.A': { componentVersion: '9.0.0' } } },
      'ResourceNotFoundException',
    ],
    [
      'to a group that is not there',
      { targetArn: 'arn:aws:iot:eu-west-1:000000000000:thinggroup/none' },
      'ResourceNotFoundException',
    ],
    [
      'with a merge that is not a JSON object',
      { components: { 'com.example.A': { componentVersion: '1.0.0', configurationUpdate: { merge: '[1]' } } } },
      'ValidationException',
    ],
    ['to a single thing', { targetArn: 'arn:aws:iot:eu-west-1:000000000000:thing/edge-1' }, 'NotImplemented'],
    [
      'with a rate below 1 a minute',
      { iotJobConfiguration: { jobExecutionsRolloutConfig: { maximumPerMinute: 0 } } },
      'ValidationException',
    ],
    [
      'with a rate above 1,000 a minute',
      { iotJobConfiguration: { jobExecutionsRolloutConfig: { maximumPerMinute: 1001 } } },
      'ValidationException',
    ],
    [
      'with a growth above fivefold',
      {
        iotJobConfiguration: {
          jobExecutionsRolloutConfig: {
            exponentialRate: { baseRatePerMinute: 5, incrementFactor: 5.5, rateIncreaseCriteria: {} },
          },
        },
      },
      'ValidationException',
    ],
    [
      'with an unknown kind of failure',
      {
        iotJobConfiguration: {
          abortConfig: {
            criteriaList: [
              { failureType: 'ODD', action: 'CANCEL', thresholdPercentage: 20, minNumberOfExecutedThings: 5 },
            ],
          },
        },
      },
      'ValidationException',
    ],
    [
      'with more than all devices failing',
      {
        iotJobConfiguration: {
          abortConfig: {
            criteriaList: [
              { failureType: 'ALL', action: 'CANCEL', thresholdPercentage: 101, minNumberOfExecutedThings: 5 },
            ],
          },
        },
      },
      'ValidationException',
    ],
    [
      'with an unknown failure handling policy',
      { deploymentPolicies: { failureHandlingPolicy: 'HOPE' } },
      'ValidationException',
    ],
    ['with a token of more than 64 characters', { clientToken: 't'.repeat(65) }, 'ValidationException'],
  ])('is refused %s', async (_, more, name) => {
    await expect(deploy(more)).rejects.toMatchObject({ name });
  });
});

describe('what a core device says', () => {
  it('is what is known of it', async () => {
    await fleetStatus({});
    await fleetStatus({ componentName: 'com.example.Dependency', isRoot: false }, { messageType: 'PARTIAL' });
    const device = await greengrass.send(new GetCoreDeviceCommand({ coreDeviceThingName: 'edge-1' }));
    expect(device).toMatchObject({
      coreVersion: '2.15.0',
      platform: 'linux',
      architecture: 'amd64',
      status: 'HEALTHY',
    });
    const installed = async (topologyFilter?: 'ALL') =>
      (
        await greengrass.send(new ListInstalledComponentsCommand({ coreDeviceThingName: 'edge-1', topologyFilter }))
      ).installedComponents?.map(({ componentName }) => componentName);
    expect(await installed()).toEqual(['com.example.A']);
    expect(await installed('ALL')).toEqual(['com.example.A', 'com.example.Dependency']);
  });

  it('is found by its group and health', async () => {
    await fleetStatus({ status: 'BROKEN' }, { overallDeviceStatus: 'UNHEALTHY' });
    const things = async (input: { thingGroupArn?: string; status?: 'HEALTHY' | 'UNHEALTHY' }) =>
      (await greengrass.send(new ListCoreDevicesCommand(input))).coreDevices?.map(
        ({ coreDeviceThingName }) => coreDeviceThingName,
      );
    expect(await things({ thingGroupArn: groupArn })).toEqual(['edge-1']);
    expect(await things({ status: 'UNHEALTHY' })).toEqual(['edge-1']);
    expect(await things({ status: 'HEALTHY' })).toEqual([]);
  });

  it('that is older than what is known changes nothing', async () => {
    await fleetStatus({ status: 'RUNNING' });
    await fleetStatus({ status: 'BROKEN' }, { timestamp: clock.now() - 60_000 });
    const { installedComponents } = await greengrass.send(
      new ListInstalledComponentsCommand({ coreDeviceThingName: 'edge-1' }),
    );
    expect(installedComponents).toMatchObject([{ lifecycleState: 'RUNNING' }]);
  });

  it('of a broken component is told once on the default bus', async () => {
    const heard = await hearing();
    await fleetStatus({ status: 'RUNNING' });
    const broken = {
      status: 'BROKEN',
      componentStatusDetails: { statusCodes: ['STARTUP_ERROR'], statusReason: 'exit 1' },
    };
    await fleetStatus(broken);
    await fleetStatus(broken);
    expect(await heard()).toMatchObject([
      {
        source: 'aws.greengrass',
        'detail-type': 'Greengrass V2 Installed Component Status Change',
        resources: [`arn:aws:greengrass:${test.aws.region}:${test.aws.account}:coreDevices:edge-1`],
        detail: {
          components: [
            {
              componentName: 'com.example.A',
              componentVersion: '1.0.0',
              root: true,
              lifecycleState: 'BROKEN',
              lifecycleStatusCodes: ['STARTUP_ERROR'],
              lifecycleStateDetails: 'exit 1',
            },
          ],
        },
      },
    ]);
  });

  it('of the end of a deployment is told on the default bus', async () => {
    const heard = await hearing();
    const { deploymentId } = await deploy();
    await greengrass.send(new CancelDeploymentCommand({ deploymentId }));
    await clock.advance(0);
    expect(await heard()).toMatchObject([
      {
        'detail-type': 'Greengrass V2 Effective Deployment Status Change',
        resources: [`arn:aws:greengrass:${test.aws.region}:${test.aws.account}:coreDevices:edge-1`],
        detail: { deploymentId, 'deployment-id': deploymentId, coreDeviceExecutionStatus: 'CANCELED' },
      },
    ]);
  });
});
