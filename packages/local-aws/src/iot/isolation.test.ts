import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateJobCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleAliasCommand,
  CreateThingCommand,
  DescribeEndpointCommand,
  IoTClient,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';
import { certificateIdOf } from './device/authority.ts';
import { makeCertificate } from './device/certificate.ts';
import type { Certificate } from './records.ts';

const NAME = '${iot:Connection.Thing.ThingName}';
const arn = (resource: string) => `arn:aws:iot:*:*:${resource}`;
const allow = (Action: string | string[], ...Resource: string[]) => ({ Effect: 'Allow', Action, Resource });
const documentOf = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
/** What core devices need, each under its own name. */
const DEVICE = [
  allow('iot:Connect', arn(`client/${NAME}`)),
  allow(
    ['iot:Publish', 'iot:Receive'],
    arn(`topic/$aws/things/${NAME}/jobs/*`),
    arn(`topic/$aws/things/${NAME}/shadow/*`),
  ),
  allow(
    'iot:Subscribe',
    arn(`topicfilter/$aws/things/${NAME}/jobs/*`),
    arn(`topicfilter/$aws/things/${NAME}/shadow/*`),
  ),
  allow(['iot:Publish', 'iot:Receive'], arn(`topic/lines/${NAME}/*`)),
  allow('iot:Subscribe', arn(`topicfilter/lines/${NAME}/*`)),
];
const ASSUME = allow('iot:AssumeRoleWithCertificate', arn('rolealias/devices'));

const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()));

interface Keys {
  cert: string;
  key: string;
}

interface Device extends Keys {
  name: string;
  certificateId: string;
}

// The certificates are of our own making: this suite is about our own endpoint.
describe.skipIf(againstAws)('a device', () => {
  let aws: TestAws;
  let iot: IoTClient;
  let address: string;
  let ca: string;
  let one: Device;
  let other: Device;
  const open: MqttClient[] = [];

  beforeAll(async () => {
    aws = await startAws({ report: () => {} });
    iot = aws.client(IoTClient);
    const trust = {
      Effect: 'Allow',
      Principal: { Service: 'credentials.iot.amazonaws.com' },
      Action: 'sts:AssumeRole',
    };
    const role = new CreateRoleCommand({ RoleName: 'devices', AssumeRolePolicyDocument: documentOf(trust) });
    const { Role } = await aws.client(IAMClient).send(role);
    await iot.send(new CreateRoleAliasCommand({ roleAlias: 'devices', roleArn: Role?.Arn }));
    await iot.send(new CreatePolicyCommand({ policyName: 'device', policyDocument: documentOf(...DEVICE) }));
    await iot.send(new CreatePolicyCommand({ policyName: 'assume', policyDocument: documentOf(ASSUME) }));
    address = (await iot.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }))).endpointAddress ?? '';
    ca = await (await fetch(`${aws.endpoint}/_iot/root-ca.pem`)).text();
    // The one's name begins like the other's: a careless wildcard would take them for the same.
    one = await provision('line-1');
    other = await provision('line-10');
    await iot.send(new AttachPolicyCommand({ policyName: 'assume', target: arnOf(one) }));
  });
  afterEach(async () => {
    for (const client of open.splice(0)) await client.endAsync(true);
  });
  afterAll(() => aws.close());

  const arnOf = ({ certificateId }: Device) => aws.aws.kernel.arn('iot', `cert/${certificateId}`);

  async function provision(name: string): Promise<Device> {
    await iot.send(new CreateThingCommand({ thingName: name }));
    const made = await iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
    const { certificateArn = '', certificateId = '', certificatePem = '', keyPair } = made;
    await iot.send(new AttachPolicyCommand({ policyName: 'device', target: certificateArn }));
    await iot.send(new AttachThingPrincipalCommand({ thingName: name, principal: certificateArn }));
    return { name, certificateId, cert: certificatePem, key: keyPair?.PrivateKey ?? '' };
  }

  async function connect({ cert, key }: Keys, clientId: string, more: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(`mqtts://${address}`, { clientId, ca, cert, key, reconnectPeriod: 0, ...more });
    open.push(client);
    return client;
  }

  /** A certificate that differs from a device's own in one respect, on record like the device's own. */
  function forged(validity: { notBefore: Date; notAfter: Date }, ownAuthority: boolean): Keys {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const authority = createPrivateKey(readFileSync(join(aws.dataDir, 'iot', 'root-ca.key'), 'utf8'));
    const signingKey = ownAuthority ? authority : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const issuer = 'Embedded AWS IoT Root CA';
    const pem = makeCertificate({ subject: 'x', issuer, publicKey, signingKey, ...validity, use: 'client' });
    const certificates = aws.aws.kernel.store.collection<Certificate>('iot_certificates');
    const record = certificates.get(one.certificateId);
    if (!record) throw new Error('the device has no certificate');
    const id = certificateIdOf(pem);
    certificates.put(id, { ...record, id, pem });
    const things = aws.aws.kernel.store.collection<{ principals: string[] }>('iot_things');
    const thing = things.get(one.name);
    const principal = aws.aws.kernel.arn('iot', `cert/${id}`);
    if (thing) things.put(one.name, { ...thing, principals: [...thing.principals, principal] });
    return { cert: pem, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  }
  const day = (days: number) => new Date(Date.now() + days * 86_400_000);

  it('comes in with a certificate of the account’s own authority that is valid today, and with no other', async () => {
    const valid = forged({ notBefore: day(-1), notAfter: day(1) }, true);
    expect((await connect(valid, one.name)).connected).toBe(true);
    const refused = /not authorized/i;
    await expect(connect(forged({ notBefore: day(-2), notAfter: day(-1) }, true), one.name)).rejects.toThrow(refused);
    await expect(connect(forged({ notBefore: day(1), notAfter: day(2) }, true), one.name)).rejects.toThrow(refused);
    await expect(connect(forged({ notBefore: day(-1), notAfter: day(1) }, false), one.name)).rejects.toThrow(refused);
  });

  it('is nobody but itself', async () => {
    for (const clientId of [other.name, 'line-1x', 'line', '', '*', NAME])
      await expect(connect(one, clientId), clientId).rejects.toThrow(/not authorized/i);
  });

  it('hears nothing but its own', async () => {
    const client = await connect(one, one.name);
    const filters = [
      '#',
      '+/#',
      '$aws/#',
      '$aws/things/#',
      '$aws/things/+/jobs/#',
      '$SYS/#',
      'lines/#',
      'lines/+/verdicts',
    ];
    const others = ['jobs/notify', 'jobs/#', 'jobs/$next/get/accepted', 'shadow/#', 'shadow/name/+/update/delta'];
    for (const filter of [
      ...filters,
      ...others.map((rest) => `$aws/things/${other.name}/${rest}`),
      `lines/${other.name}/#`,
    ])
      await expect(client.subscribeAsync(filter, { qos: 1 }), filter).rejects.toThrow(/Subscribe error/);
    const own = await client.subscribeAsync(`$aws/things/${one.name}/jobs/#`, { qos: 1 });
    expect(own).toMatchObject([{ qos: 1 }]);
    const heard: string[] = [];
    client.on('message', (topic) => heard.push(topic));
    for (const { name } of [other, one]) {
      const targets = [aws.aws.kernel.arn('iot', `thing/${name}`)];
      await iot.send(new CreateJobCommand({ jobId: `for-${name}`, targets, document: '{}' }));
    }
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    expect(heard.filter((topic) => !topic.startsWith(`$aws/things/${one.name}/`))).toEqual([]);
  });

  it('says nothing under another’s name, and is cut off when it tries', async () => {
    const topics = ['jobs/for-line-10/update', 'jobs/start-next', 'shadow/update', 'greengrassv2/health/json'];
    for (const topic of [
      ...topics.map((rest) => `$aws/things/${other.name}/${rest}`),
      `lines/${other.name}/verdicts`,
    ]) {
      const client = await connect(one, one.name);
      const gone = closed(client);
      client.publish(topic, '{"status":"SUCCEEDED"}');
      await gone;
    }
  });

  it('leaves no will, and no retained message, where it may not say anything', async () => {
    const listener = await connect(other, other.name);
    await listener.subscribeAsync(`lines/${other.name}/#`, { qos: 1 });
    const heard: string[] = [];
    listener.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
    const will = {
      topic: `lines/${other.name}/verdicts`,
      payload: Buffer.from('forged'),
      qos: 1 as const,
      retain: false,
    };
    const dying = await connect(one, one.name, { will });
    const gone = closed(dying);
    dying.stream.destroy();
    await gone;
    // Retaining is a right of its own, which the policy doesn't give.
    const keeper = await connect(one, one.name);
    const cut = closed(keeper);
    keeper.publish(`lines/${one.name}/verdicts`, 'for ever', { retain: true });
    await cut;
    await listener.publishAsync(`lines/${other.name}/verdicts`, 'its own', { qos: 1 });
    await expect.poll(() => heard).toEqual([`lines/${other.name}/verdicts its own`]);
  });

  it('hears only what it may receive of what it has subscribed to', async () => {
    const device = await provision('hearing');
    const policyDocument = documentOf(
      allow('iot:Subscribe', arn('topicfilter/rooms/*')),
      allow('iot:Publish', arn('topic/rooms/*')),
      allow('iot:Receive', arn('topic/rooms/a')),
    );
    await iot.send(new CreatePolicyCommand({ policyName: 'rooms', policyDocument }));
    await iot.send(new AttachPolicyCommand({ policyName: 'rooms', target: arnOf(device) }));
    const client = await connect(device, device.name);
    const heard: string[] = [];
    client.on('message', (topic) => heard.push(topic));
    await client.subscribeAsync('rooms/+', { qos: 1 });
    for (const room of ['b', 'a']) await client.publishAsync(`rooms/${room}`, 'x', { qos: 1 });
    await expect.poll(() => heard).toEqual(['rooms/a']);
  });

  it('is cut off when its certificate is deactivated, and stays out', async () => {
    const device = await provision('revoked');
    const client = await connect(device, device.name);
    const gone = closed(client);
    await iot.send(new UpdateCertificateCommand({ certificateId: device.certificateId, newStatus: 'INACTIVE' }));
    await gone;
    await expect(connect(device, device.name)).rejects.toThrow(/not authorized/i);
    expect((await https(device, 'GET', '/role-aliases/devices/credentials')).status).toBe(403);
  });

  it('may do on a connection what its policy allows at that moment', async () => {
    const device = await provision('changing');
    const client = await connect(device, device.name);
    expect(await client.subscribeAsync('lines/changing/a', { qos: 1 })).toMatchObject([{ qos: 1 }]);
    const policyDocument = documentOf(...DEVICE.slice(0, 3));
    const version = (document: string) =>
      iot.send(new CreatePolicyVersionCommand({ policyName: 'device', policyDocument: document, setAsDefault: true }));
    await version(policyDocument);
    await expect(client.subscribeAsync('lines/changing/b', { qos: 1 })).rejects.toThrow(/Subscribe error/);
    const gone = closed(client);
    client.publish('lines/changing/a', 'x');
    await gone;
    await version(documentOf(...DEVICE));
  });

  function https(keys: Partial<Keys>, method: string, path: string, headers: Record<string, string> = {}, body = '') {
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const { hostname, port } = new URL(`https://${address}`);
      const { cert, key } = keys;
      const request = httpsRequest(
        { hostname, port, ca, cert, key, agent: false, method, path, headers },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            text += part;
          });
          response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        },
      );
      request.once('error', reject);
      request.end(body);
    });
  }

  it('gets credentials of the roles that its policy names, for the thing that it is', async () => {
    const path = '/role-aliases/devices/credentials';
    const as = (thing: string) => ({ 'x-amzn-iot-thingname': thing });
    expect((await https(one, 'GET', path, as(one.name))).status).toBe(200);
    expect((await https(one, 'GET', path, as(other.name))).body).toContain('Invalid thing name');
    expect((await https(other, 'GET', path, as(other.name))).status).toBe(403);
    expect((await https(one, 'GET', '/role-aliases/administrators/credentials')).status).toBe(403);
    expect((await https(one, 'GET', '/role-aliases/..%2Fdevices/credentials')).status).toBe(403);
    expect((await https({}, 'GET', path)).body).toContain('Invalid Certificate');
  });

  it('gets recipes only when its policy allows to resolve components, and an answer to nonsense', async () => {
    const path = '/greengrass/v2/resolveComponentCandidates';
    expect((await https(one, 'POST', path, {}, '{"platform":{},"componentCandidates":[]}')).status).toBe(403);
    const policyDocument = documentOf(allow('greengrass:ResolveComponentCandidates', '*'));
    await iot.send(new CreatePolicyCommand({ policyName: 'resolve', policyDocument }));
    await iot.send(new AttachPolicyCommand({ policyName: 'resolve', target: arnOf(one) }));
    expect((await https(one, 'POST', path, {}, '{"platform":{},"componentCandidates":[]}')).status).toBe(200);
    for (const nonsense of ['', '{', '[]', '{"componentCandidates":{}}'])
      expect((await https(one, 'POST', path, {}, nonsense)).status, nonsense).toBe(400);
  });
});
