import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { type Addressee, Addressees, presumedProtocol, unknownOperation } from './addressee.ts';
import { AwsError, Closing, messageOf } from './errors.ts';
import { closeWhenSilent, refuseMalformed } from './hardly-http.ts';
import type { Kernel } from './kernel.ts';
import { isOwnHost } from './own-host.ts';
import { serializeError } from './protocol/error-response.ts';
import type { OperationModel, ProtocolName } from './protocol/model.ts';
import { parseRequest, type WireRequest } from './protocol/request.ts';
import { serializeResponse, type WireResponse } from './protocol/response.ts';
import { validate, validationMessage } from './protocol/validate.ts';
import { checkRelativeKey, decodeSegment, requestTarget } from './request-target.ts';
import type { OpenService, Request } from './service.ts';
import { refuse, type SignatureDialect } from './signature-errors.ts';
import { type SignatureClaim, type Signed, signatureClaim, verifySignature } from './sigv4.ts';
import { wireRequest } from './wire-request.ts';

type Route = OpenService['routes'][number];

/** The HTTP endpoint of all services, on 127.0.0.1. */
export class Gateway {
  readonly #kernel: Kernel;
  readonly #server: Server;
  readonly #addressees: Addressees;
  #port = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#addressees = new Addressees(kernel.services.values());
    this.#server = createServer((message, response) => void this.#answer(message, response));
    // A long poll, or an upload over a slow disk, may take its time.
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('clientError', refuseMalformed);
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
    closeWhenSilent(message, response);
    let protocol: ProtocolName = 'restXml';
    let addressee: Addressee | undefined;
    try {
      this.#checkHost(message);
      const wire = wireRequest(message, requestTarget(message));
      protocol = presumedProtocol(wire);
      const route = this.#routeOf(wire);
      if (route) {
        protocol = 'restJson1';
        return await this.#handleRoute(route, wire, response);
      }
      const claim = signatureClaim(message, wire.target, dialectOf(protocol));
      if (!claim) throw refuse(dialectOf(protocol), 'missing', '');
      addressee = await this.#addressees.find(claim.service, wire);
      protocol = addressee.protocol;
      if (protocol === 'restXml') checkRelativeKey(wire.target.path);
      const signed = await this.#verify(claim, wire, dialectOf(protocol), addressee.service.global);
      const request: Request = {
        caller: signed.caller,
        account: this.#kernel.account,
        region: this.#kernel.region,
        requestId,
        endpoint: `http://${message.headers.host}`,
        http: { message, signed },
      };
      const { service, operation } = addressee;
      if ('unknown' in operation) throw unknownOperation(addressee, operation.unknown);
      const forward = this.#kernel.opened().get(service.name)?.forward;
      if (forward) {
        const body = await wire.bytes();
        const input = jsonOf(body);
        const forwarded = { request, message, response, body, input, operation: operation.name };
        await this.#kernel.admitted(service.name, operation.name, input, request, () => forward(forwarded));
        return;
      }
      await this.#send(message, response, await this.#perform(addressee, operation, wire, request));
    } catch (error) {
      // A refusal may rest on what another call has just written: that has to be on disk before it is told, too.
      const told = await this.#kernel.store.durable().then(
        () => error,
        (unwritable: unknown) => unwritable,
      );
      const wire = serializeError(addressee?.model, protocol, this.#asAwsError(told), requestId);
      await this.#send(message, response, wire).catch((broken) => this.#kernel.report('an answer broke off', broken));
    }
  }

  #verify(claim: SignatureClaim, wire: WireRequest, dialect: SignatureDialect, anyRegion: boolean): Promise<Signed> {
    const { credentials, clock, region } = this.#kernel;
    const regions = anyRegion ? {} : { regions: [region] };
    return verifySignature(claim, wire.message, wire.target, wire.bytes, {
      credentials,
      clock,
      wallClock: Date.now,
      dialect,
      ...regions,
    });
  }

  async #perform(
    { service, model, protocol }: Addressee,
    operation: OperationModel,
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
      throw new AwsError(invalid(protocol, problems), validationMessage(problems), { status: 400 });
    const output = await this.#kernel.perform(service.name, operation.name, input, request);
    await this.#kernel.store.durable();
    const structure = typeof output === 'object' && output !== null ? { ...output } : {};
    return serializeResponse(model, protocol, operation, structure, request.requestId);
  }

  /** Paths that aren't AWS's, e.g. the worker API's. */
  #routeOf({ message, target }: WireRequest): Route | undefined {
    for (const service of this.#kernel.opened().values()) {
      const route = service.routes.find(({ method, path }) => method === message.method && path.test(target.path));
      if (route) return route;
    }
    return undefined;
  }

  async #handleRoute(route: Route, wire: WireRequest, response: ServerResponse): Promise<void> {
    const { message, target } = wire;
    const administrator = async (): Promise<void> => {
      const claim = signatureClaim(message, target, 'json');
      if (!claim) throw refuse('json', 'missing', '');
      const { caller } = await this.#verify(claim, wire, 'json', false);
      if (caller.kind === 'administrator') return;
      const denied = `User: ${caller.arn} is not authorized to call ${target.path}`;
      throw new AwsError('AccessDeniedException', denied, { status: 403 });
    };
    const parameters = Object.fromEntries(
      Object.entries(route.path.exec(target.path)?.groups ?? {}).map(([name, value]) => [name, decodeSegment(value)]),
    );
    await route.handler({ message, response, query: target.query, parameters, administrator, body: wire.bytes });
  }

  /** A web page whose name someone pointed at 127.0.0.1 must not speak for its visitor (DNS rebinding). */
  #checkHost(message: IncomingMessage): void {
    if (isOwnHost(message)) return;
    throw new AwsError(
      'AccessDenied',
      `The host ${JSON.stringify(message.headers.host ?? '')} is not served here: use http://127.0.0.1:${this.#port}.`,
      { status: 403 },
    );
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

/**
 * What is forwarded as it is must be understood first: who may call is decided by what is in it. (And dynalite ends where
 * its input isn't an object, or has a prototype of its own making.)
 */
function jsonOf(body: Buffer): object {
  try {
    return z.record(z.string(), z.unknown()).parse(body.length === 0 ? {} : JSON.parse(body.toString()));
  } catch (error) {
    throw new AwsError('SerializationException', 'The request is not a JSON object.', { status: 400, cause: error });
  }
}

function malformed(protocol: ProtocolName): string {
  if (protocol === 'restXml') return 'MalformedXML';
  return protocol === 'awsQuery' ? 'MalformedInput' : 'SerializationException';
}

/** S3 tells what is wrong within the document from what is wrong in the path, the query and the headers. */
function invalid(protocol: ProtocolName, problems: string[]): string {
  if (protocol === 'restXml')
    return problems.some((text) => /at '\w+\./.test(text)) ? 'MalformedXML' : 'InvalidArgument';
  return protocol === 'awsQuery' ? 'ValidationError' : 'ValidationException';
}

function dialectOf(protocol: ProtocolName): SignatureDialect {
  if (protocol === 'restXml') return 's3';
  return protocol === 'awsQuery' ? 'query' : 'json';
}
