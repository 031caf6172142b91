import type { IncomingMessage } from 'node:http';

/** Whether a request names the loopback address and port that it came to, and not a name that someone pointed there. */
export function isOwnHost({ headers: { host }, socket: { localPort } }: IncomingMessage): boolean {
  return host === `127.0.0.1:${localPort}` || host === `localhost:${localPort}`;
}
