import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from './caller.ts';
import type { Kernel } from './kernel.ts';
import type { InputOf, OperationName, OutputOf, ServiceModules, ServiceName } from './modules.ts';
import type { ResourceProvider } from './resource-provider.ts';
import type { Signed } from './sigv4.ts';

/** What an operation knows of the call besides its input. */
export interface Request {
  caller: Caller;
  account: string;
  region: string;
  requestId: string;
  /** The origin that the client used, e.g. `http://127.0.0.1:4580`: URLs in answers begin with it. */
  endpoint: string;
  /** The HTTP request, when the call came over HTTP (absent for a call from another service in this process). */
  http?: { message: IncomingMessage; signed: Signed };
}

/**
 * One operation: from the SDK's own input type to its own output type. It may throw an `AwsError`; what it has written to
 * the store is on disk before its answer leaves. Streaming inputs (S3's `Body`) arrive as a Node `Readable`; a streaming
 * output may be a `Readable`, a Buffer or a string.
 */
export type Operation<S extends ServiceName, O extends OperationName<S>, State> = (
  input: InputOf<S, O>,
  request: Request,
  state: State,
) => OutputOf<S, O> | Promise<OutputOf<S, O>>;

export type Operations<S extends ServiceName, State> = { [O in OperationName<S>]?: Operation<S, O, State> };

/** An HTTP route that isn't an AWS operation, e.g. the worker API. The handler checks who calls. */
export interface HttpRoute<State> {
  method: string;
  /** Matched against the whole path, e.g. `/^\/_workers\/(?<team>[^/]+)\/tasks$/`; named groups are handed to the handler. */
  path: RegExp;
  handler(context: HttpContext, state: State): Promise<void> | void;
}

export interface HttpContext {
  message: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  parameters: Record<string, string>;
  /** Verifies the request's signature (SigV4, any service name) and says who calls; throws AWS's error otherwise. */
  authenticate(): Promise<Caller>;
  body(): Promise<Buffer>;
}

export interface ForwardedRequest {
  message: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
  operation: string;
}

export interface ServiceDefinition<S extends ServiceName, State> {
  name: S;
  /** The service name in the signature's credential scope. Several services may share one. */
  signingName: string;
  /** The name that older clients sign for. */
  formerSigningName?: string;
  /** Set when one endpoint serves all regions, so that signatures may name any. */
  global?: true;
  /** Loads the SDK client whose schemas describe the operations; called at the first request. */
  load(): Promise<ServiceModules[S]>;
  /** Opens tables and registers outbox handlers. */
  create(kernel: Kernel): State;
  /** After every service is created and the endpoint listens: takes up what a restart interrupted. */
  start?(state: State): Promise<void> | void;
  close?(state: State): Promise<void> | void;
  operations: Operations<S, State>;
  /** CloudFormation resource types of this service. */
  resources?: Record<string, ResourceProvider>;
  routes?: HttpRoute<State>[];
  /** Answers HTTP requests instead of `operations`, for a service whose protocol another library speaks (DynamoDB). */
  forward?(request: ForwardedRequest, state: State): Promise<void>;
}

/** A service as the kernel keeps it, whatever its state's type. */
export interface Service {
  name: ServiceName;
  signingNames: string[];
  global: boolean;
  load(): Promise<Record<string, unknown>>;
  operationNames: string[];
  resources: Record<string, ResourceProvider>;
  open(kernel: Kernel): OpenService;
}

export interface OpenService {
  operation(name: string): ((input: unknown, request: Request) => unknown) | undefined;
  routes: { method: string; path: RegExp; handler(context: HttpContext): Promise<void> | void }[];
  forward: ((request: ForwardedRequest) => Promise<void>) | undefined;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Types a service's operations against its SDK client, and closes over the type of its state. */
export function defineService<S extends ServiceName, State>(definition: ServiceDefinition<S, State>): Service {
  return {
    name: definition.name,
    signingNames: [definition.signingName, definition.formerSigningName ?? []].flat(),
    global: definition.global ?? false,
    load: async () => ({ ...(await definition.load()) }),
    operationNames: Object.keys(definition.operations).sort(),
    resources: definition.resources ?? {},
    open(kernel) {
      const state = definition.create(kernel);
      // The gateway has parsed the input along the operation's own schema: name and input type belong together.
      const operations = definition.operations as Record<
        string,
        ((input: unknown, request: Request, state: State) => unknown) | undefined
      >;
      const { forward } = definition;
      return {
        operation(name) {
          const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
          return operation && ((input, request) => operation(input, request, state));
        },
        routes: (definition.routes ?? []).map(({ method, path, handler }) => ({
          method,
          path,
          handler: (context) => handler(context, state),
        })),
        forward: forward && ((request) => forward.call(definition, request, state)),
        start: async () => definition.start?.(state),
        close: async () => definition.close?.(state),
      };
    },
  };
}
