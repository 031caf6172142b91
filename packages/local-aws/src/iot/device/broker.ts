import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { Aedes, type Client } from 'aedes';
import type { Caller } from '../../kernel/caller.ts';
import { answerJobRequest, jobTopic } from '../jobs/topics.ts';
import type { Certificate } from '../records.ts';
import type { Iot } from '../state.ts';
import { certificateOf, isAllowed } from './principal.ts';

/** Who a client is: a device by its certificate, or someone who signed the WebSocket's request. */
type Identity = { certificate: Certificate } | { caller: Caller };

export interface Broker {
  /** A client that has proven itself by its TLS certificate. */
  accept(socket: TLSSocket): void;
  /** A client whose request was signed by `caller`. */
  acceptSigned(stream: Duplex, request: IncomingMessage, caller: Caller): void;
  publish(topic: string, payload: string): void;
  /** Ends the connections that were made with a certificate. */
  disconnect(certificateId: string): void;
  close(): Promise<void>;
}

/** CONNACK return code 5 (MQTT 3.1.1, 3.2.2.3). */
const NOT_AUTHORIZED = Object.assign(new Error('not authorized'), { returnCode: 5 as const });
const HEALTH = /^\$aws\/things\/(?<thing>[^/]+)\/greengrassv2\/health\/json$/;

/** The message broker (MQTT 3.1.1). Each client is confined to what its policy allows at the moment. */
export async function startBroker(iot: Iot): Promise<Broker> {
  const identities = new WeakMap<Client, Identity>();
  const connected = new Set<Client>();
  const { kernel } = iot;
  const mayDo = (client: Client, action: string, kind: string, name: string): boolean => {
    const identity = identities.get(client);
    if (!identity) return false;
    const resource = kernel.arn('iot', `${kind}/${name}`);
    if ('caller' in identity) return kernel.authorization.allows(identity.caller, { action, resource });
    return isAllowed(iot, identity.certificate, client.id, action, resource);
  };
  const aedes = await Aedes.createBroker({
    // AWS IoT's limits: client ids of 128 characters, topics of 8 levels besides the reserved ones.
    maxClientsIdLength: 128,
    maxTopicLevels: 20,
    authenticate(client, _username, _password, done) {
      const identity = identify(client);
      if (identity) identities.set(client, identity);
      if (identity && mayDo(client, 'iot:Connect', 'client', client.id)) return done(null, true);
      kernel.report(`the MQTT client ${client.id} was refused: its certificate or policy does not allow it to connect`);
      done(Object.assign(new Error('not authorized'), NOT_AUTHORIZED), false);
    },
    authorizeSubscribe(client, subscription, done) {
      const allowed = mayDo(client, 'iot:Subscribe', 'topicfilter', subscription.topic);
      if (!allowed) kernel.report(`${client.id} may not subscribe to ${subscription.topic}`);
      done(null, allowed ? subscription : null);
    },
    authorizePublish(client, packet, done) {
      if (!client) return done();
      // A client's last will comes by here, too, when its connection breaks.
      const retains = packet.retain && !mayDo(client, 'iot:RetainPublish', 'topic', packet.topic);
      if (retains || !mayDo(client, 'iot:Publish', 'topic', packet.topic)) {
        kernel.report(`${client.id} may not publish to ${packet.topic}; it is disconnected`);
        return done(new Error('not authorized'));
      }
      // What concerns the services is on disk before the device gets its acknowledgement.
      received(iot, packet.topic, Buffer.from(packet.payload)).then(
        () => done(),
        (error: unknown) => {
          kernel.report(`a message to ${packet.topic} failed`, error);
          done(new Error('internal failure'));
        },
      );
    },
    authorizeForward: (client, packet) => (mayDo(client, 'iot:Receive', 'topic', packet.topic) ? packet : null),
  });
  const signed = new WeakMap<Duplex, Caller>();

  function identify(client: Client): Identity | undefined {
    const caller = signed.get(client.conn);
    if (caller) return { caller };
    const certificate = client.conn instanceof TLSSocket ? certificateOf(iot, client.conn) : undefined;
    return certificate && { certificate };
  }

  aedes.on('client', (client) => connected.add(client));
  aedes.on('clientDisconnect', (client) => connected.delete(client));
  // Devices come and go: a broken connection is no trouble of ours.
  aedes.on('clientError', () => {});
  aedes.on('connectionError', () => {});
  return {
    accept: (socket) => void aedes.handle(socket),
    acceptSigned(stream, request, caller) {
      signed.set(stream, caller);
      aedes.handle(stream, request);
    },
    publish(topic, payload) {
      aedes.publish(
        { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false },
        (error) => error && kernel.report(`publishing to ${topic} failed`, error),
      );
    },
    disconnect(certificateId) {
      for (const client of connected) {
        const identity = identities.get(client);
        if (identity && 'certificate' in identity && identity.certificate.id === certificateId) client.close();
      }
    },
    close: () => new Promise((resolve) => aedes.close(() => resolve())),
  };
}

/** Topics that a service listens to. */
async function received(iot: Iot, topic: string, payload: Buffer): Promise<void> {
  const job = jobTopic(topic);
  if (job) answerJobRequest(iot.jobs, topic, job, payload);
  const thing = HEALTH.exec(topic)?.groups?.thing;
  if (thing !== undefined)
    iot.kernel.outbox.add('greengrassv2:fleet-status', { thing, message: payload.toString('utf8') });
  if (job || thing !== undefined) await iot.kernel.store.durable();
}
