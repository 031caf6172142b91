import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Caller } from '../../kernel/caller.ts';
import { AwsError, messageOf } from '../../kernel/errors.ts';
import { requestTarget } from '../../kernel/request-target.ts';
import { signatureClaim, verifySignature } from '../../kernel/sigv4.ts';
import type { Iot } from '../state.ts';
import type { Broker } from './broker.ts';

/**
 * MQTT over WebSocket at `/mqtt`, with a presigned URL of service `iotdevicegateway` ("MQTT over the WebSocket protocol"):
 * how someone with IAM credentials, not a certificate, listens to devices.
 */
export function webSocketUpgrades(iot: Iot, broker: Broker) {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  return (message: IncomingMessage, socket: Duplex, head: Buffer): void => {
    authenticate(iot, message).then(
      (caller) =>
        sockets.handleUpgrade(message, socket, head, (opened) => {
          broker.acceptSigned(createWebSocketStream(opened), message, caller);
        }),
      (error: unknown) => {
        if (!(error instanceof AwsError)) iot.kernel.report(`a WebSocket request failed: ${messageOf(error)}`, error);
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      },
    );
  };
}

async function authenticate(iot: Iot, message: IncomingMessage): Promise<Caller> {
  const target = requestTarget(message);
  const claim = signatureClaim(message, target, 'json');
  if (target.path !== '/mqtt' || claim?.service !== 'iotdevicegateway')
    throw new AwsError('AccessDenied', 'sign /mqtt for iotdevicegateway', { status: 403 });
  const { credentials, clock, region } = iot.kernel;
  // Unlike anywhere else on AWS, the session token is added to the URL after signing.
  target.query.delete('X-Amz-Security-Token');
  const nothing = () => Promise.resolve(Buffer.alloc(0));
  const verification = { credentials, clock, wallClock: Date.now, dialect: 'json', regions: [region] } as const;
  return (await verifySignature(claim, message, target, nothing, verification)).caller;
}
