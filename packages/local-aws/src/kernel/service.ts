import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PolicyText } from './authorization/authorization.ts';
import type { Need, Permissions } from './authorization/permission.ts';
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
  /** Verifies the request's signature (SigV4, any service name); throws AWS's error unless it is the administrator's. */
  administrator(): Promise<void>;
  body(): Promise<Buffer>;
}

export interface ForwardedRequest {
  request: Request;
  message: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
  /** What is in the body. */
  input: object;
  operation: string;
}

/** What IAM knows of a service. */
export interface ServiceAuthorization<S extends ServiceName, State> {
  /** Of its actions and ARNs, e.g. `states`. */
  prefix: string;
  /** What each operation needs. */
  permissions: Permissions<S, State>;
  /** The policies that a resource of this service has itself; undefined when there is no such resource. */
  resourcePolicies?(arn: string, state: State): PolicyText[] | undefined;
  /** A role's policies, and those that say who may take it on: IAM has them. */
  identityPolicies?(roleArn: string, state: State): PolicyText[];
  trustPolicies?(roleArn: string, state: State): PolicyText[];
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
  authorization: ServiceAuthorization<S, State>;
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
  /** Of its actions and ARNs. */
  prefix: string;
  /** What an operation with this input needs; undefined for one that only the service's model knows. */
  needs(operation: string, input: unknown): Need[] | undefined;
  resourcePolicies: ((arn: string) => PolicyText[] | undefined) | undefined;
  identityPolicies: ((roleArn: string) => PolicyText[]) | undefined;
  trustPolicies: ((roleArn: string) => PolicyText[]) | undefined;
  routes: { method: string; path: RegExp; handler(context: HttpContext): Promise<void> | void }[];
  forward: ((request: ForwardedRequest) => Promise<void>) | undefined;
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Types a service's operations against its SDK client, and closes over the type of its state. Throws when an operation
 * doesn't say what it needs: nothing can be called that IAM was not asked about.
 */
export function defineService<S extends ServiceName, State>(definition: ServiceDefinition<S, State>): Service {
  const silent = Object.keys(definition.operations).filter((name) => !(name in definition.authorization.permissions));
  if (silent.length > 0)
    throw new Error(`${definition.name}: say in permissions.ts which IAM actions ${silent.join(', ')} need(s)`);
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
      const permissions = definition.authorization.permissions as Record<
        string,
        ((input: unknown, kernel: Kernel, state: State) => string | Need | (string | Need)[]) | undefined
      >;
      const { forward } = definition;
      const { prefix, resourcePolicies, identityPolicies, trustPolicies } = definition.authorization;
      return {
        operation(name) {
          const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
          return operation && ((input, request) => operation(input, request, state));
        },
        prefix,
        needs(operation, input) {
          const permission = Object.hasOwn(permissions, operation) ? permissions[operation] : undefined;
          return (
            permission &&
            [permission(input, kernel, state)]
              .flat()
              .map((need) => (typeof need === 'string' ? { action: `${prefix}:${operation}`, resource: need } : need))
          );
        },
        resourcePolicies: resourcePolicies && ((arn) => resourcePolicies(arn, state)),
        identityPolicies: identityPolicies && ((roleArn) => identityPolicies(roleArn, state)),
        trustPolicies: trustPolicies && ((roleArn) => trustPolicies(roleArn, state)),
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
