import { randomInt } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { messageOf } from '../../kernel/errors.ts';
import type { Iot } from '../state.ts';
import { startBroker } from './broker.ts';
import { answerDeviceRequest } from './https.ts';
import { webSocketUpgrades } from './websocket.ts';

/** Where devices connect to. One TLS port for all: the first byte tells MQTT from HTTP. */
export interface DeviceEndpoint {
  /** `127.0.0.1:<port>`, as `DescribeEndpoint` gives it. */
  address: string;
  publish(topic: string, payload: string): void;
  /** Ends the MQTT connections that were made with a certificate. */
  disconnect(certificateId: string): void;
  close(): Promise<void>;
}

/** First byte of MQTT's CONNECT packet (MQTT 3.1.1, 3.1.1). */
const MQTT_CONNECT = 0x10;
const PORT = 'port';
/** Below those that systems hand to connections (Linux from 32768): no connection has it when the embedded AWS comes back. */
const PORTS = { first: 20_000, end: 32_768, tries: 20 };
/** Milliseconds. */
const SILENCE = 30_000;

/**
 * Opens the endpoint on the port that devices were told earlier. AWS has several hosts for what is one port here: MQTT
 * with client certificates, MQTT over WebSocket with signatures, the credentials provider, the Greengrass data plane.
 */
export async function openDeviceEndpoint(iot: Iot): Promise<DeviceEndpoint> {
  const { root, server: identity } = await (iot.authority ?? Promise.reject(new Error('there is no authority yet')));
  const broker = await startBroker(iot);
  const http = createHttpServer((message, response) => answerDeviceRequest(iot, message, response));
  http.on('upgrade', webSocketUpgrades(iot, broker));
  const sockets = new Set<TLSSocket>();
  // A client without a certificate may still sign a WebSocket request; whoever needs one checks for it.
  const server = createServer({ ...identity, ca: root, requestCert: true, rejectUnauthorized: false }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    // Whoever connects says something soon.
    socket.setTimeout(SILENCE, () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.setTimeout(0);
      socket.pause();
      socket.unshift(first);
      if (first[0] === MQTT_CONNECT) broker.accept(socket);
      else http.emit('connection', socket);
      socket.resume();
    });
  });
  server.on('tlsClientError', (error) => iot.kernel.report(`a device's TLS handshake failed: ${messageOf(error)}`));
  const port = await listen(server, iot);
  return {
    address: `127.0.0.1:${port}`,
    publish: broker.publish,
    disconnect: broker.disconnect,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await broker.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, iot: Iot): Promise<number> {
  const told = iot.settings.get(PORT);
  if (told !== undefined && (await bind(server, told))) return told;
  if (told !== undefined)
    iot.kernel.report(
      `port ${told}, which devices were told, is taken: provision the devices again to tell them the new one`,
    );
  const port = await bindAnywhere(server);
  iot.settings.put(PORT, port);
  return port;
}

async function bindAnywhere(server: Server): Promise<number> {
  for (let tried = 0; tried < PORTS.tries; tried++) {
    const port = randomInt(PORTS.first, PORTS.end);
    if (await bind(server, port)) return port;
  }
  throw new Error(`none of ${PORTS.tries} ports between ${PORTS.first} and ${PORTS.end} was free for devices`);
}

/** Whether the port was free. */
function bind(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error));
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}
