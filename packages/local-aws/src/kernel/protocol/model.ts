import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';
import { type RestRoute, restRoute } from './rest-route.ts';

export type ProtocolName = 'awsJson1_0' | 'awsJson1_1' | 'restJson1' | 'restXml' | 'awsQuery';

/** What is used of the SDK client's own protocol object, whose codecs serve both directions. */
export interface ClientProtocol {
  getShapeId(): string;
  serviceTarget?: string;
  /** Set when a JSON service also understands the older Query protocol (SQS). */
  awsQueryCompatible?: boolean;
  options?: { xmlNamespace?: string };
  deserializer: { serdeContext?: unknown; read(schema: NormalizedSchema, bytes: Uint8Array): unknown };
  getPayloadCodec(): { createDeserializer(): { read(schema: NormalizedSchema, bytes: Uint8Array): unknown } };
  serializeRequest(
    operation: object,
    input: object,
    context: object,
  ): Promise<{ headers: Record<string, string>; body?: unknown }>;
}

export interface OperationModel {
  name: string;
  input: NormalizedSchema;
  output: NormalizedSchema;
  outputRef: SchemaRef;
  /** The HTTP status of a success. */
  status: number;
  /** Present for REST protocols. */
  route?: RestRoute;
}

export interface ErrorModel {
  status: number | undefined;
  /** The code and status that the Query protocol uses, where they differ. */
  query: { code: string; status: number } | undefined;
}

/** A service's wire contract, read out of its SDK client. */
export interface ServiceModel {
  protocolName: ProtocolName;
  protocol: ClientProtocol;
  /** The part before the dot of `X-Amz-Target`. */
  target: string | undefined;
  /** The Query protocol's `Version`. */
  version: string;
  namespace: string;
  operations: ReadonlyMap<string, OperationModel>;
  /** REST operations, the most specific first. */
  routes: OperationModel[];
  errors: ReadonlyMap<string, ErrorModel>;
}

interface ClientConfig {
  protocol: ClientProtocol;
  apiVersion: string;
}

/** Static schemas are tuples: [kind, namespace, name, traits, …]; 9 marks an operation, -3 an error. */
const OPERATION = 9;
const ERROR = -3;

/** Reads the model out of an SDK client module (`import('@aws-sdk/client-…')`). */
export function serviceModel(module: Record<string, unknown>): ServiceModel {
  const { protocol, apiVersion } = clientConfig(module);
  const protocolName = protocolOf(protocol);
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, ErrorModel>();
  let namespace = '';
  for (const [exportName, schema] of Object.entries(module)) {
    if (!exportName.endsWith('$') || !Array.isArray(schema)) continue;
    const [kind, schemaNamespace, name, traits, inputRef, outputRef] = schema;
    if (kind === ERROR) errors.set(name, errorModel(traits));
    if (kind !== OPERATION) continue;
    namespace = schemaNamespace;
    const http: [string, string, number] | undefined = typeof traits === 'object' ? traits.http : undefined;
    const input = NormalizedSchema.of(inputRef);
    operations.set(name, {
      name,
      input,
      output: NormalizedSchema.of(outputRef),
      outputRef,
      status: http?.[2] ?? 200,
      ...(http && protocolName.startsWith('rest') ? { route: restRoute(http[0], http[1], input) } : {}),
    });
  }
  const routes = [...operations.values()].filter((operation) => operation.route);
  routes.sort((a, b) => (b.route?.specificity ?? 0) - (a.route?.specificity ?? 0));
  return {
    protocolName,
    protocol,
    target: protocol.serviceTarget,
    version: apiVersion,
    namespace,
    operations,
    routes,
    errors,
  };
}

function clientConfig(module: Record<string, unknown>): ClientConfig {
  const entry = Object.entries(module).find(
    ([name, value]) => /^[A-Z]\w*Client$/.test(name) && typeof value === 'function' && value.name === name,
  );
  if (!entry) throw new Error('the SDK module exports no client');
  // The client's resolved configuration is not part of its static type; these members are pinned by the contract test.
  const Client = entry[1] as new (options: object) => { config: ClientConfig };
  return new Client({ region: 'us-east-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } }).config;
}

function protocolOf(protocol: ClientProtocol): ProtocolName {
  const name = protocol.getShapeId().split('#')[1];
  switch (name) {
    case 'awsJson1_0':
    case 'awsJson1_1':
    case 'restJson1':
    case 'restXml':
    case 'awsQuery':
      return name;
    default:
      throw new Error(`no gateway for the protocol ${name}`);
  }
}

function errorModel(traits: unknown): ErrorModel {
  if (typeof traits !== 'object' || traits === null) return { status: undefined, query: undefined };
  const { httpError, awsQueryError } = traits as { httpError?: number; awsQueryError?: [string, number] };
  return { status: httpError, query: awsQueryError && { code: awsQueryError[0], status: awsQueryError[1] } };
}
