import { connect, type MqttClient } from 'mqtt';
import type { Clock } from '../clock.ts';
import { hostAndPort } from './endpoint.ts';
import type { Identity } from './identity.ts';

export interface CloudConnection {
  readonly connected: boolean;
  /** Resolves when the broker has acknowledged (quality 1) or the message has left (0); fails when there is no connection. */
  publish(topic: string, payload: string | Buffer, quality?: 0 | 1): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  endpoint: string;
  clientId: string;
  identity: Identity;
  clock: Clock;
  /** Subscribed to after every connect. */
  filters: string[];
  /** Called after every connect, when all filters are subscribed to. */
  onConnect(): void;
  onDisconnect?(): void;
  onMessage(topic: string, payload: Buffer): void;
  report(message: string, error?: unknown): void;
}

/** How long (ms) the broker may take to acknowledge. */
const ACKNOWLEDGEMENT = 15_000;

/** Connects to AWS IoT by MQTT 3.1.1 with the device's certificate, and again whenever the connection is lost. */
export function connectToCloud(options: ConnectionOptions): CloudConnection {
  const { endpoint, clientId, identity, clock, filters, report } = options;
  const { host, port } = hostAndPort(endpoint, 8883);
  const client: MqttClient = connect({
    protocol: 'mqtts',
    host,
    port,
    clientId,
    ...identity,
    protocolVersion: 4,
    clean: true,
    resubscribe: false,
    reconnectPeriod: 1_000,
    connectTimeout: 10_000,
    keepalive: 30,
    queueQoSZero: false,
  });
  let lost = false;
  client.on('connect', () => {
    if (lost) report(`connected to ${endpoint} again`);
    lost = false;
    client.subscribeAsync(filters, { qos: 1 }).then(options.onConnect, (error: unknown) => {
      report('subscribing failed; the connection is made again', error);
      client.reconnect();
    });
  });
  client.on('message', (topic, payload) => options.onMessage(topic, payload));
  client.on('close', () => {
    if (!lost && !client.disconnecting) {
      report(`the connection to ${endpoint} is lost; components go on, and it is tried again every second`);
      options.onDisconnect?.();
    }
    lost = true;
  });
  // Reported once per loss by `close`; without a listener an unreachable broker would end the process.
  client.on('error', (error) => {
    if (!lost) report(`the connection to ${endpoint} failed`, error);
  });
  return {
    get connected() {
      return client.connected;
    },
    async publish(topic, payload, quality = 1) {
      if (!client.connected) throw new Error(`there is no connection to ${endpoint}`);
      let cancel = () => {};
      const late = new Promise<never>((_, reject) => {
        cancel = clock.after(ACKNOWLEDGEMENT, () =>
          reject(new Error(`${endpoint} did not acknowledge a message to ${topic}`)),
        );
      });
      try {
        await Promise.race([client.publishAsync(topic, payload, { qos: quality }), late]);
      } finally {
        cancel();
      }
    },
    close: () => client.endAsync(true),
  };
}
