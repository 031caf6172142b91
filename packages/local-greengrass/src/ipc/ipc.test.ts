import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventstream_rpc, greengrasscoreipc } from 'aws-iot-device-sdk-v2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { accessControlSchema } from './access-control.ts';
import { type ComponentUpdatesIpc, componentUpdatesIpc } from './component-updates.ts';
import { type ConfigurationIpc, configurationIpc } from './configuration.ts';
import { localTopicOperations } from './local-topics.ts';
import { mqttProxyOperations } from './mqtt-proxy.ts';
import { type IpcServer, socketPathOf, startIpcServer } from './server.ts';
import { stateOperations } from './state.ts';

type Client = greengrasscoreipc.Client;
const { QOS, ReportedLifecycleState } = greengrasscoreipc.model;

let folder: string;
let server: IpcServer;
let clients: Client[];
let published: { topic: string; payload: string; quality: number }[];
let connected: boolean;
let states: string[];
let updates: ComponentUpdatesIpc;
let configuration: ConfigurationIpc;
const clock = manualClock();

const ACCESS = {
  'aws.greengrass.ipc.mqttproxy': {
    p: { operations: ['aws.greengrass#PublishToIoTCore'], resources: ['lines/+/verdicts', 'open/#'] },
  },
  'aws.greengrass.ipc.pubsub': { p: { operations: ['*'], resources: ['local/*'] } },
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ipc-'));
  clients = [];
  published = [];
  states = [];
  connected = true;
  const definition = { configuration: { threshold: '0.5', nested: { list: [1] } } };
  const component = { report: (state: string) => states.push(state) };
  // The operations need of the supervisor what it knows of one component.
  const supervisor = {
    components: new Map([['com.example.A', component]]),
    definitions: new Map([['com.example.A', definition]]),
  } as unknown as Parameters<typeof stateOperations>[0] extends () => infer S ? S : never;
  updates = componentUpdatesIpc(clock);
  configuration = configurationIpc(() => supervisor);
  server = await startIpcServer(socketPathOf(folder), {
    report: () => {},
    operations: {
      ...stateOperations(() => supervisor),
      ...mqttProxyOperations(async (topic, payload, quality) => {
        if (!connected) throw new Error('there is no connection');
        published.push({ topic, payload: payload.toString('utf8'), quality });
      }),
      ...localTopicOperations(),
      ...configuration.operations,
      ...updates.operations,
    },
    callerOf: (token) =>
      token.startsWith('token of ')
        ? { component: token.slice('token of '.length), accessControl: () => accessControlSchema.parse(ACCESS) }
        : undefined,
  });
});

afterEach(async () => {
  for (const client of clients) await client.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The official client, with the environment that a component's process has. */
async function connect(component = 'com.example.A', token = `token of ${component}`): Promise<Client> {
  process.env.AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT = server.socketPath;
  process.env.SVCUID = token;
  const client = greengrasscoreipc.createClient();
  clients.push(client);
  await client.connect();
  return client;
}

/** The modelled error that a call ends with. */
async function failure(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(eventstream_rpc.RpcError);
  return error instanceof eventstream_rpc.RpcError ? error.serviceError : undefined;
}

describe('the interprocess socket, with the official client', () => {
  it('lets nobody in who does not have a token of ours', async () => {
    await expect(connect('com.example.A', 'stolen')).rejects.toThrow();
  });

  it('is its owner’s only, and not in a folder into which others may write', async () => {
    expect(statSync(server.socketPath).mode & 0o777).toBe(0o600);
    const open = mkdtempSync(join(folder, 'open-'));
    chmodSync(open, 0o777);
    const unused = { report: () => {}, operations: {}, callerOf: () => undefined };
    await expect(startIpcServer(socketPathOf(open), unused)).rejects.toThrow(`others may put a socket into ${open}`);
  });

  it.runIf(process.getuid?.() === 0)(
    'is not put into a folder of somebody else (only root can give one away)',
    async () => {
      const foreign = mkdtempSync(join(folder, 'foreign-'));
      chownSync(foreign, 65_534, 65_534);
      const unused = { report: () => {}, operations: {}, callerOf: () => undefined };
      await expect(startIpcServer(socketPathOf(foreign), unused)).rejects.toThrow('others may put a socket into');
    },
  );

  it('publishes to AWS IoT Core what the component may publish', async () => {
    const client = await connect();
    await client.publishToIoTCore({ topicName: 'lines/edge-1/verdicts', qos: QOS.AT_LEAST_ONCE, payload: 'pass' });
    await client.publishToIoTCore({ topicName: 'open/a/b', qos: QOS.AT_MOST_ONCE, payload: Buffer.from('x') });
    expect(published).toEqual([
      { topic: 'lines/edge-1/verdicts', payload: 'pass', quality: 1 },
      { topic: 'open/a/b', payload: 'x', quality: 0 },
    ]);
  });

  it('refuses a topic that the component has no access to', async () => {
    const client = await connect();
    const call = client.publishToIoTCore({ topicName: 'lines/edge-1/x/verdicts', qos: QOS.AT_LEAST_ONCE, payload: '' });
    expect(await failure(call)).toMatchObject({
      message: expect.stringContaining('com.example.A may not PublishToIoTCore'),
    });
    expect(published).toEqual([]);
  });

  it('fails while there is no connection to the cloud, so that the component keeps what it has to say', async () => {
    connected = false;
    const client = await connect();
    const call = client.publishToIoTCore({ topicName: 'open/a', qos: QOS.AT_LEAST_ONCE, payload: '' });
    expect(await failure(call)).toMatchObject({ message: expect.stringContaining('there is no connection') });
  });

  it('carries messages between components', async () => {
    const [from, to] = [await connect('com.example.A'), await connect('com.example.B')];
    const heard: unknown[] = [];
    const stream = to.subscribeToTopic({ topic: 'local/frames' });
    const both = new Promise<void>((resolve) => {
      stream.on('message', ({ jsonMessage, binaryMessage }) => {
        heard.push(
          jsonMessage?.message ?? Buffer.from(new Uint8Array(binaryMessage?.message as ArrayBuffer)).toString(),
        );
        if (heard.length === 2) resolve();
      });
    });
    await stream.activate();
    await from.publishToTopic({ topic: 'local/frames', publishMessage: { jsonMessage: { message: { part: 1 } } } });
    await from.publishToTopic({
      topic: 'local/frames',
      publishMessage: { binaryMessage: { message: Buffer.from('raw') } },
    });
    await both;
    expect(heard).toEqual([{ part: 1 }, 'raw']);
    expect(
      await failure(from.publishToTopic({ topic: 'other', publishMessage: { jsonMessage: { message: {} } } })),
    ).toBeDefined();
  });

  it('takes what a component says of its state', async () => {
    const client = await connect();
    await client.updateState({ state: ReportedLifecycleState.RUNNING });
    expect(states).toEqual(['RUNNING']);
    const stranger = await connect('com.example.Gone');
    expect(await failure(stranger.updateState({ state: ReportedLifecycleState.RUNNING }))).toMatchObject({
      message: 'com.example.Gone is not installed any more',
    });
  });

  it('gives configuration, whole or by path, and says when a deployment changed it', async () => {
    const client = await connect();
    expect((await client.getConfiguration({ keyPath: [] })).value).toEqual({ threshold: '0.5', nested: { list: [1] } });
    expect((await client.getConfiguration({ keyPath: ['nested'] })).value).toEqual({ list: [1] });
    expect((await client.getConfiguration({ keyPath: ['threshold'] })).value).toEqual({ threshold: '0.5' });
    expect(await failure(client.getConfiguration({ keyPath: ['missing'] }))).toBeDefined();
    expect(configuration.isFollowedBy('com.example.A')).toBe(false);
    const stream = client.subscribeToConfigurationUpdate({ keyPath: [] });
    const told = new Promise((resolve) => stream.on('message', resolve));
    await stream.activate();
    expect(configuration.isFollowedBy('com.example.A')).toBe(true);
    configuration.changed('com.example.A');
    expect(await told).toMatchObject({ configurationUpdateEvent: { componentName: 'com.example.A' } });
  });

  it('waits with an update until the component agrees, and goes ahead when it says nothing', async () => {
    const client = await connect();
    const stream = client.subscribeToComponentUpdates({});
    const heard: string[] = [];
    let asked = Promise.withResolvers<void>();
    stream.on('message', ({ preUpdateEvent, postUpdateEvent }) => {
      heard.push(preUpdateEvent ? `before ${preUpdateEvent.deploymentId}` : `after ${postUpdateEvent?.deploymentId}`);
      asked.resolve();
    });
    await stream.activate();
    let done = false;
    const update = updates.ask('d1', new Set(['com.example.A', 'com.example.B']), 60_000).then(() => {
      done = true;
    });
    await asked.promise;
    asked = Promise.withResolvers();
    await client.deferComponentUpdate({ deploymentId: 'd1', recheckAfterMs: 5_000 });
    expect(done).toBe(false);
    clock.advance(5_000);
    await asked.promise;
    await client.deferComponentUpdate({ deploymentId: 'd1', recheckAfterMs: 0 });
    await update;
    asked = Promise.withResolvers();
    const silent = updates.ask('d2', new Set(['com.example.A']), 60_000);
    await asked.promise;
    clock.advance(60_000);
    await silent;
    asked = Promise.withResolvers();
    updates.ended('d2');
    await asked.promise;
    expect(heard).toEqual(['before d1', 'before d1', 'before d2', 'after d2']);
  });

  it('refuses an operation that it does not have, and arguments that are none', async () => {
    const client = await connect();
    await expect(client.getSecretValue({ secretId: 'x' })).rejects.toThrow(/not supported by this core device/);
    const call = client.publishToTopic({ topic: '', publishMessage: { jsonMessage: { message: {} } } });
    expect(await failure(call)).toMatchObject({ message: expect.stringContaining('invalid arguments') });
  });
});
