import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Caller } from './caller.ts';
import { AwsError, Closing, messageOf, notImplemented } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { serializeError } from './protocol/error-response.ts';
import { type OperationModel, type ProtocolName, type ServiceModel, serviceModel } from './protocol/model.ts';
import { parseRequest, type WireRequest } from './protocol/request.ts';
import { serializeResponse, type WireResponse } from './protocol/response.ts';
import { routeMatches } from './protocol/rest-route.ts';
import { validate, validationMessage } from './protocol/validate.ts';
import type { OpenService, Request, Service } from './service.ts';
import { signatureClaim, verifySignature } from './sigv4.ts';
import { wireRequest } from './wire-request.ts';

interface Target {
  service: Service;
  model: ServiceModel;
  protocol: ProtocolName;
  operation: OperationModel;
}

/** The HTTP endpoint of all services, on 127.0.0.1. */
export class Gateway {
  readonly #kernel: Kernel;
  readonly #server: Server;
  readonly #models = new Map<string, Promise<ServiceModel>>();
  #port = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#server = createServer((message, response) => void this.#answer(message, response));
    // A long poll, or an upload over a slow disk, may take its time.
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 60_000;
  }

  /** @returns the endpoint's URL. Throws when the port is taken. */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => resolve());
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.#port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.setHeader('x-amzn-requestid', requestId);
    response.setHeader('x-amz-request-id', requestId);
    let target: Target | undefined;
    try {
      this.#checkHost(message);
      const url = new URL(message.url ?? '/', `http://${message.headers.host}`);
      if (await this.#routed(message, response, url)) return;
      const wire = wireRequest(message, url);
      const claim = signatureClaim(message, url);
      if (!claim) throw new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', { status: 403 });
      target = await this.#target(claim.service, wire);
      const caller = await verifySignature(claim, message, url, wire.bytes, {
        credentials: this.#kernel.credentials,
        clock: this.#kernel.clock,
        wallClock: Date.now,
      });
      const request: Request = {
        caller,
        account: this.#kernel.account,
        region: this.#kernel.region,
        requestId,
        endpoint: `http://${message.headers.host}`,
        http: { message, url },
      };
      const { service, operation } = target;
      const forward = this.#kernel.opened().get(service.name)?.forward;
      if (forward) {
        const body = await wire.bytes();
        const forwarded = { message, response, body, operation: operation.name };
        await this.#kernel.recorded(service.name, operation.name, request, () => forward(forwarded));
        return;
      }
      await this.#send(message, response, await this.#perform(target, wire, request));
    } catch (error) {
      // A refusal may rest on what another call has just written: that has to be on disk before it is told, too.
      const told = await this.#kernel.store.durable().then(
        () => error,
        (unwritable: unknown) => unwritable,
      );
      const wire = serializeError(target?.model, target?.protocol ?? 'restJson1', this.#asAwsError(told), requestId);
      await this.#send(message, response, wire).catch((broken) => this.#kernel.report('an answer broke off', broken));
    }
  }

  async #perform(
    { service, model, protocol, operation }: Target,
    wire: WireRequest,
    request: Request,
  ): Promise<WireResponse> {
    let input: unknown;
    try {
      input = await parseRequest(model, protocol, operation, wire);
    } catch (error) {
      if (error instanceof AwsError) throw error;
      throw new AwsError(malformed(protocol), messageOf(error), { status: 400, cause: error });
    }
    const problems = validate(operation.input, input);
    if (problems.length > 0)
      throw new AwsError(
        protocol === 'awsQuery' ? 'ValidationError' : 'ValidationException',
        validationMessage(problems),
      );
    const output = await this.#kernel.perform(service.name, operation.name, input, request);
    await this.#kernel.store.durable();
    const structure = typeof output === 'object' && output !== null ? { ...output } : {};
    return serializeResponse(model, protocol, operation, structure, request.requestId);
  }

  /** Answers a path that isn't AWS's, e.g. the worker API. */
  async #routed(message: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    for (const service of this.#kernel.opened().values()) {
      for (const route of service.routes) {
        const match = route.method === message.method ? route.path.exec(url.pathname) : null;
        if (!match) continue;
        await this.#handleRoute(route, match, message, response, url);
        return true;
      }
    }
    return false;
  }

  async #handleRoute(
    route: OpenService['routes'][number],
    match: RegExpExecArray,
    message: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ): Promise<void> {
    const wire = wireRequest(message, url);
    const authenticate = async (): Promise<Caller> => {
      const claim = signatureClaim(message, url);
      if (!claim) throw new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', { status: 403 });
      const { credentials, clock } = this.#kernel;
      return verifySignature(claim, message, url, wire.bytes, { credentials, clock, wallClock: Date.now });
    };
    const parameters = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
    await route.handler({ message, response, url, parameters, authenticate, body: wire.bytes });
  }

  /** A web page whose name someone pointed at 127.0.0.1 must not speak for its visitor (DNS rebinding). */
  #checkHost(message: IncomingMessage): void {
    const host = message.headers.host ?? '';
    if (host === `127.0.0.1:${this.#port}` || host === `localhost:${this.#port}`) return;
    throw new AwsError(
      'AccessDenied',
      `The host ${JSON.stringify(host)} is not served here: use http://127.0.0.1:${this.#port}.`,
      { status: 403 },
    );
  }

  /** Which operation of which service a request is for. The signature's scope names the service. */
  async #target(signingName: string, wire: WireRequest): Promise<Target> {
    const candidates = [...this.#kernel.services.values()].filter((service) =>
      service.signingNames.includes(signingName),
    );
    if (candidates.length === 0) throw notImplemented(`The service ${signingName}`);
    const header = wire.message.headers['x-amz-target'];
    const named = typeof header === 'string' ? header : undefined;
    const form = wire.message.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    const query = !named && (form || wire.url.searchParams.has('Action'));
    const action = query ? await actionOf(wire) : undefined;
    for (const service of candidates) {
      const model = await this.#model(service);
      const protocol = query ? 'awsQuery' : model.protocolName;
      const operation = named
        ? named.startsWith(`${model.target}.`) && model.operations.get(named.slice(named.lastIndexOf('.') + 1))
        : query
          ? model.operations.get(action ?? '')
          : model.routes.find(
              ({ route }) => route && routeMatches(route, wire.message.method ?? '', wire.url, wire.message.headers),
            );
      if (operation) return { service, model, protocol, operation };
    }
    throw new AwsError(
      'UnknownOperationException',
      `${signingName} has no operation ${named ?? action ?? `${wire.message.method} ${wire.url.pathname}`}.`,
      { status: 404 },
    );
  }

  #model(service: Service): Promise<ServiceModel> {
    let model = this.#models.get(service.name);
    if (!model) {
      model = service.load().then(serviceModel);
      this.#models.set(service.name, model);
    }
    return model;
  }

  #asAwsError(error: unknown): AwsError {
    if (error instanceof AwsError) return error;
    if (error instanceof Closing)
      return new AwsError('ServiceUnavailable', error.message, { status: 503, cause: error });
    this.#kernel.report(`an operation failed: ${messageOf(error)}`, error);
    return new AwsError(
      'InternalFailure',
      'The request processing has failed because of an unknown error, exception or failure.',
      { status: 500, cause: error },
    );
  }

  async #send(message: IncomingMessage, response: ServerResponse, wire: WireResponse): Promise<void> {
    if (response.headersSent) return void response.destroy();
    const { body } = wire;
    const fixed = typeof body === 'string' || body instanceof Uint8Array;
    const headers = { ...wire.headers };
    if (message.method === 'HEAD') {
      response.writeHead(wire.status, headers).end();
      if (!fixed) body.destroy();
    } else if (fixed) {
      response.writeHead(wire.status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }).end(body);
    } else {
      response.writeHead(wire.status, headers);
      // A client that leaves early is no fault of ours.
      await pipeline(body, response).catch(() => response.destroy());
    }
    // An answer may come before the body was read: what is left of it must not clog the connection.
    message.resume();
  }
}

function malformed(protocol: ProtocolName): string {
  if (protocol === 'restXml') return 'MalformedXML';
  return protocol === 'awsQuery' ? 'MalformedInput' : 'SerializationException';
}

async function actionOf(wire: WireRequest): Promise<string | undefined> {
  const fromUrl = wire.url.searchParams.get('Action');
  return fromUrl ?? new URLSearchParams((await wire.bytes()).toString()).get('Action') ?? undefined;
}
