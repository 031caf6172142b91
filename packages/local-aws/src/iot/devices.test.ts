import {
  AddThingToThingGroupCommand,
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DeletePolicyCommand,
  DeleteThingCommand,
  DescribeEndpointCommand,
  DescribeThingCommand,
  IoTClient,
  ListThingGroupsForThingCommand,
  ListThingsInThingGroupCommand,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startAws, type TestAws } from '../../test/harness.ts';

let test: TestAws;
let iot: IoTClient;
const open: MqttClient[] = [];

beforeAll(async () => {
  test = await startAws({ report: () => {} });
  iot = test.client(IoTClient);
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.endAsync(true);
});
afterAll(() => test.close());

const allow = (Action: string, ...Resource: string[]) => ({ Effect: 'Allow', Action, Resource });
const THING = '${iot:Connection.Thing.ThingName}';
const policy = (...Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const OWN_TOPICS = policy(
  allow('iot:Connect', `arn:aws:iot:*:*:client/${THING}`),
  allow('iot:Publish', `arn:aws:iot:*:*:topic/lines/${THING}/*`),
  allow('iot:Subscribe', `arn:aws:iot:*:*:topicfilter/lines/${THING}/*`),
  allow('iot:Receive', `arn:aws:iot:*:*:topic/lines/${THING}/*`),
);

interface Device {
  certificateArn: string;
  certificateId: string;
  connect(clientId?: string): Promise<MqttClient>;
}

async function device(thingName: string, policyDocument = OWN_TOPICS): Promise<Device> {
  await iot.send(new CreateThingCommand({ thingName }));
  const keys = await iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
  const { certificateArn = '', certificateId = '', certificatePem: cert, keyPair } = keys;
  const policyName = `${thingName}-policy`;
  await iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
  await iot.send(new AttachPolicyCommand({ policyName, target: certificateArn }));
  await iot.send(new AttachThingPrincipalCommand({ thingName, principal: certificateArn }));
  const ca = await (await fetch(`${test.endpoint}/_iot/root-ca.pem`)).text();
  const { endpointAddress } = await iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }));
  return {
    certificateArn,
    certificateId,
    async connect(clientId = thingName) {
      const client = await connectAsync(`mqtts://${endpointAddress}`, {
        clientId,
        ca,
        cert,
        key: keyPair?.PrivateKey,
        reconnectPeriod: 0,
        protocolVersion: 4,
      });
      open.push(client);
      return client;
    },
  };
}

const message = (client: MqttClient) =>
  new Promise<string>((resolve) => client.once('message', (topic, payload) => resolve(`${topic} ${payload}`)));
const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()));

describe('things and groups', () => {
  it('are created once, and refused when they would be another', async () => {
    const first = await iot.send(new CreateThingCommand({ thingName: 'once' }));
    expect(first.thingArn).toBe(`arn:aws:iot:${test.aws.region}:${test.aws.account}:thing/once`);
    expect((await iot.send(new CreateThingCommand({ thingName: 'once' }))).thingId).toBe(first.thingId);
    const other = new CreateThingCommand({ thingName: 'once', attributePayload: { attributes: { line: '2' } } });
    await expect(iot.send(other)).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    await expect(iot.send(new DescribeThingCommand({ thingName: 'never' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('know each other', async () => {
    await iot.send(new CreateThingCommand({ thingName: 'member' }));
    await iot.send(new CreateThingGroupCommand({ thingGroupName: 'group' }));
    await iot.send(new AddThingToThingGroupCommand({ thingName: 'member', thingGroupName: 'group' }));
    expect((await iot.send(new ListThingsInThingGroupCommand({ thingGroupName: 'group' }))).things).toEqual(['member']);
    const { thingGroups } = await iot.send(new ListThingGroupsForThingCommand({ thingName: 'member' }));
    expect(thingGroups).toMatchObject([{ groupName: 'group' }]);
  });

  it('keep what is in use', async () => {
    await device('in-use');
    await expect(iot.send(new DeleteThingCommand({ thingName: 'in-use' }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
    });
    await expect(iot.send(new DeletePolicyCommand({ policyName: 'in-use-policy' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
  });

  it('refuse a policy that could not be decided later', async () => {
    const conditional = policy({
      ...allow('iot:Connect', '*'),
      Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    });
    for (const policyDocument of ['{', conditional, policy(allow('iot:Connect', 'client/${aws:username}'))])
      await expect(iot.send(new CreatePolicyCommand({ policyName: 'bad', policyDocument }))).rejects.toMatchObject({
        name: 'MalformedPolicyException',
      });
  });
});

describe('the device endpoint', () => {
  it('carries messages between what a device may say and hear', async () => {
    const client = await (await device('talker')).connect();
    await client.subscribeAsync('lines/talker/+', { qos: 1 });
    const heard = message(client);
    await client.publishAsync('lines/talker/verdicts', 'pass', { qos: 1 });
    expect(await heard).toBe('lines/talker/verdicts pass');
  });

  it('confines a device to its own topics', async () => {
    const client = await (await device('curious')).connect();
    for (const filter of ['lines/talker/verdicts', '#', 'lines/+/verdicts'])
      await expect(client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow(/Subscribe error/);
    expect(await client.subscribeAsync('lines/curious/a', { qos: 1 })).toMatchObject([{ qos: 1 }]);
    const gone = closed(client);
    client.publish('lines/talker/verdicts', 'forged', { qos: 0 });
    await gone;
  });

  it('lets a certificate connect only as the thing that has it', async () => {
    const impostor = await device('impostor');
    await expect(impostor.connect('talker')).rejects.toThrow(/Not authorized/i);
  });

  it('lets nobody in whose certificate is not active', async () => {
    const revoked = await device('revoked');
    await iot.send(new UpdateCertificateCommand({ certificateId: revoked.certificateId, newStatus: 'INACTIVE' }));
    await expect(revoked.connect()).rejects.toThrow(/Not authorized/i);
  });

  it('lets nobody in who signs nothing and has no certificate', async () => {
    const { endpointAddress } = await iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }));
    const ca = await (await fetch(`${test.endpoint}/_iot/root-ca.pem`)).text();
    const anonymous = { ca, reconnectPeriod: 0, connectTimeout: 2_000 };
    await expect(connectAsync(`mqtts://${endpointAddress}`, anonymous)).rejects.toThrow(/Not authorized/i);
    const socket = new WebSocket(`wss://${endpointAddress}/mqtt`, 'mqtt', { ca });
    const refused = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(refused.message).toContain('403');
  });

  it('keeps its address and authority over a restart, so that devices find it again', async () => {
    const returning = await device('returning');
    const { endpointAddress } = await iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }));
    await test.restart();
    expect((await iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }))).endpointAddress).toBe(
      endpointAddress,
    );
    expect((await returning.connect()).connected).toBe(true);
  });
});
