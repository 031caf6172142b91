import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  AddThingToThingGroupCommand,
  CreateThingCommand,
  DescribeRoleAliasCommand,
  DescribeThingGroupCommand,
  GetPolicyCommand,
  IoTClient,
} from '@aws-sdk/client-iot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

let test: TestAws;
let stacks: CloudFormationClient;
let iot: IoTClient;

beforeAll(async () => {
  test = await startAws({ report: () => {} });
  stacks = test.client(CloudFormationClient);
  iot = test.client(IoTClient);
});
afterAll(() => test.close());

const template = ({ action = 'iot:Connect', duration = 900, description = 'one' } = {}) =>
  JSON.stringify({
    Resources: {
      Group: {
        Type: 'AWS::IoT::ThingGroup',
        Properties: { ThingGroupName: 'line', ThingGroupProperties: { ThingGroupDescription: description } },
      },
      Policy: {
        Type: 'AWS::IoT::Policy',
        Properties: {
          PolicyName: 'device',
          PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] },
        },
      },
      Alias: {
        Type: 'AWS::IoT::RoleAlias',
        Properties: {
          RoleAlias: 'devices',
          RoleArn: 'arn:aws:iam::000000000000:role/x',
          CredentialDurationSeconds: duration,
        },
      },
    },
    Outputs: {
      Group: { Value: { 'Fn::GetAtt': ['Group', 'Arn'] } },
      Policy: { Value: { 'Fn::GetAtt': ['Policy', 'Arn'] } },
      Alias: { Value: { 'Fn::GetAtt': ['Alias', 'RoleAliasArn'] } },
    },
  });

async function settled(): Promise<string> {
  for (;;) {
    const { Stacks: [stack] = [] } = await stacks.send(new DescribeStacksCommand({ StackName: 'edge' }));
    const status = stack?.StackStatus ?? 'none';
    if (!status.endsWith('_IN_PROGRESS')) return status;
  }
}

it('makes, changes in place and removes what a stack needs for its devices', async () => {
  await stacks.send(new CreateStackCommand({ StackName: 'edge', TemplateBody: template() }));
  expect(await settled()).toBe('CREATE_COMPLETE');
  const { Stacks: [stack] = [] } = await stacks.send(new DescribeStacksCommand({ StackName: 'edge' }));
  const outputs = Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]),
  );
  const arn = (resource: string) => `arn:aws:iot:${test.aws.region}:${test.aws.account}:${resource}`;
  expect(outputs).toEqual({
    Group: arn('thinggroup/line'),
    Policy: arn('policy/device'),
    Alias: arn('rolealias/devices'),
  });
  await iot.send(new CreateThingCommand({ thingName: 'edge-1' }));
  await iot.send(new AddThingToThingGroupCommand({ thingName: 'edge-1', thingGroupName: 'line' }));

  const changed = template({ action: 'iot:Publish', duration: 1800, description: 'two' });
  await stacks.send(new UpdateStackCommand({ StackName: 'edge', TemplateBody: changed }));
  expect(await settled()).toBe('UPDATE_COMPLETE');
  const { policyDocument, defaultVersionId } = await iot.send(new GetPolicyCommand({ policyName: 'device' }));
  expect([JSON.parse(policyDocument ?? '').Statement[0].Action, defaultVersionId]).toEqual(['iot:Publish', '2']);
  const alias = await iot.send(new DescribeRoleAliasCommand({ roleAlias: 'devices' }));
  expect(alias.roleAliasDescription?.credentialDurationSeconds).toBe(1800);
  const group = await iot.send(new DescribeThingGroupCommand({ thingGroupName: 'line' }));
  expect(group.thingGroupProperties?.thingGroupDescription).toBe('two');
  const { StackResources = [] } = await stacks.send(new DescribeStackResourcesCommand({ StackName: 'edge' }));
  expect(StackResources.map(({ PhysicalResourceId }) => PhysicalResourceId).toSorted()).toEqual([
    'device',
    'devices',
    'line',
  ]);

  await stacks.send(new DeleteStackCommand({ StackName: 'edge' }));
  while (
    (await iot.send(new GetPolicyCommand({ policyName: 'device' })).catch(({ name }) => name)) !==
    'ResourceNotFoundException'
  )
    await new Promise((resolve) => setImmediate(resolve));
  await expect(iot.send(new DescribeThingGroupCommand({ thingGroupName: 'line' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
