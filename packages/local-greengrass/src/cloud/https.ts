import { Agent, request } from 'node:https';
import { hostAndPort } from './endpoint.ts';
import type { Identity } from './identity.ts';

export interface DeviceRequest {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Sends JSON requests to one host with the device's certificate (mTLS). */
export interface DeviceClient {
  send(request: DeviceRequest): Promise<unknown>;
  close(): void;
}

/** An answer that isn't 2xx. */
export class DeviceRequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'DeviceRequestError';
    this.status = status;
  }
}

const TIMEOUT = 30_000;

export function deviceClient(endpoint: string, defaultPort: number, identity: Identity): DeviceClient {
  const { host, port } = hostAndPort(endpoint, defaultPort);
  const agent = new Agent({ ...identity, keepAlive: true, maxSockets: 4 });
  return {
    send: ({ method, path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const content = body === undefined ? undefined : JSON.stringify(body);
        const outgoing = request(
          {
            host,
            port,
            method,
            path,
            agent,
            timeout: TIMEOUT,
            headers: { ...headers, ...(content !== undefined && { 'content-type': 'application/json' }) },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.once('error', reject);
            response.once('end', () => {
              const text = Buffer.concat(chunks).toString('utf8');
              const status = response.statusCode ?? 0;
              if (status < 200 || status > 299)
                return reject(
                  new DeviceRequestError(status, `${method} ${host}${path} answered ${status}: ${text.slice(0, 500)}`),
                );
              try {
                resolve(JSON.parse(text));
              } catch (error) {
                reject(new Error(`${method} ${host}${path} did not answer JSON`, { cause: error }));
              }
            });
          },
        );
        outgoing.once('timeout', () =>
          outgoing.destroy(new Error(`${method} ${host}${path} took longer than ${TIMEOUT} ms`)),
        );
        outgoing.once('error', reject);
        outgoing.end(content);
      }),
    close: () => agent.destroy(),
  };
}
