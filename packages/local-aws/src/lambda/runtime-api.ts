import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { isOwnHost } from '../kernel/own-host.ts';

/** Why the runtime is not heard. */
export type Refusal = 'InvalidRequestID' | 'InvalidStateTransition' | 'RequestEntityTooLarge';

/** What an environment's runtime says, and is told ("AWS Lambda runtime API"). */
export interface RuntimeListener {
  /** The runtime waits for an invocation: answered when there is one. */
  next(response: ServerResponse): Refusal | undefined;
  responded(requestId: string, body: Buffer, maxMemoryKb: number): Refusal | undefined;
  failed(requestId: string, body: Buffer, maxMemoryKb: number): Refusal | undefined;
  initFailed(body: Buffer): Refusal | undefined;
}

const REFUSALS: Record<Refusal, { status: number; message: string }> = {
  InvalidRequestID: { status: 400, message: 'No such invocation is under way.' },
  InvalidStateTransition: { status: 403, message: 'State transition is not allowed.' },
  RequestEntityTooLarge: { status: 413, message: 'Exceeded maximum allowed payload size.' },
};

const PATH = /^\/(?<token>[A-Za-z0-9_-]+)\/2018-06-01\/runtime\/(?<rest>.+)$/;

/**
 * The Runtime API of all environments, on a loopback port. The first step of a path is an environment's secret: only its own
 * process knows it.
 */
export class RuntimeApi {
  readonly #server: Server;
  readonly #listeners = new Map<string, RuntimeListener>();
  #listening: Promise<number> | undefined;

  constructor() {
    this.#server = createServer((message, response) => void this.#answer(message, response));
    // A runtime waits for its next invocation as long as it takes.
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 0;
  }

  /** @returns `127.0.0.1:PORT/TOKEN`, for `AWS_LAMBDA_RUNTIME_API`. */
  async attach(token: string, listener: RuntimeListener): Promise<string> {
    this.#listeners.set(token, listener);
    return `127.0.0.1:${await this.#port()}/${token}`;
  }

  detach(token: string): void {
    this.#listeners.delete(token);
  }

  async close(): Promise<void> {
    if (!this.#listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #port(): Promise<number> {
    this.#listening ??= new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
    return this.#listening;
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const groups = PATH.exec(message.url ?? '')?.groups;
    const listener = this.#listeners.get(groups?.token ?? '');
    if (!listener || !isOwnHost(message))
      return refuse(response, 403, 'InvalidRuntime', 'No environment has this address.');
    const route = `${message.method} ${groups?.rest}`;
    if (route === 'GET invocation/next') {
      const refusal = listener.next(response);
      return refusal && answer(response, refusal);
    }
    let body: Buffer;
    try {
      body = await buffer(message);
    } catch {
      // The runtime died while it spoke: its environment notices by itself.
      return void response.destroy();
    }
    if (route === 'POST init/error') return answer(response, listener.initFailed(body));
    const [, id = '', outcome] = /^POST invocation\/([^/]+)\/(response|error)$/.exec(route) ?? [];
    if (!outcome) return refuse(response, 404, 'InvalidRequest', `The Runtime API has no ${route}.`);
    const memory = Number(message.headers['x-max-memory-kb'] ?? 0);
    answer(response, outcome === 'response' ? listener.responded(id, body, memory) : listener.failed(id, body, memory));
  }
}

function answer(response: ServerResponse, refusal: Refusal | undefined): void {
  if (refusal) refuse(response, REFUSALS[refusal].status, refusal, REFUSALS[refusal].message);
  else response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errorType, errorMessage }));
}
