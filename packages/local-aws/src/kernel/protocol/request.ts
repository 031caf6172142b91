import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { FromStringShapeDeserializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { decodeSegment, type RequestTarget } from '../request-target.ts';
import type { OperationModel, ProtocolName, ServiceModel } from './model.ts';
import { parseQuery } from './query-request.ts';

/** An HTTP request whose body is read once, as bytes or as a stream, when its operation is known. */
export interface WireRequest {
  message: IncomingMessage;
  target: RequestTarget;
  bytes(): Promise<Buffer>;
  stream(): Readable;
}

/** The operation's input as the SDK's types describe it. */
export async function parseRequest(
  model: ServiceModel,
  protocol: ProtocolName,
  operation: OperationModel,
  request: WireRequest,
): Promise<unknown> {
  if (operation.input.isUnitSchema()) return {};
  if (protocol === 'awsQuery') {
    const form = new URLSearchParams((await request.bytes()).toString());
    return parseQuery(operation.input, new Map([...form, ...request.target.query]));
  }
  if (protocol === 'awsJson1_0' || protocol === 'awsJson1_1') {
    const bytes = await request.bytes();
    return bytes.length === 0 ? {} : model.protocol.deserializer.read(operation.input, bytes);
  }
  return parseRest(model, operation, request);
}

async function parseRest(model: ServiceModel, operation: OperationModel, request: WireRequest): Promise<unknown> {
  const { route } = operation;
  if (!route || !operation.input.isStructSchema()) return {};
  const input: Record<string, unknown> = {};
  const groups = route.path.exec(request.target.path) ?? [];
  const strings = stringReader(model.protocolName);
  let hasBodyMembers = false;
  for (const [name, member] of operation.input.structIterator()) {
    const traits = member.getMergedTraits();
    if (traits.httpLabel)
      input[name] = strings.read(member, decodeSegment(groups[route.labels.indexOf(name) + 1] ?? ''));
    else if (traits.httpPayload) {
      const payload = await readPayload(model, member, request);
      if (payload !== undefined) input[name] = payload;
    } else if (isBound(traits)) {
      const value = readBinding(member, traits, request, strings);
      if (value !== undefined) input[name] = value;
    } else hasBodyMembers = true;
  }
  const bytes = hasBodyMembers ? await request.bytes() : Buffer.alloc(0);
  if (bytes.length > 0) {
    const body = await model.protocol.getPayloadCodec().createDeserializer().read(operation.input, bytes);
    if (typeof body !== 'object' || body === null) throw new Error('the body is not an object');
    const members: Record<string, unknown> = { ...body };
    for (const [name, member] of operation.input.structIterator()) {
      const traits = member.getMergedTraits();
      const fromBody = !traits.httpLabel && !isBound(traits) && members[name] !== undefined && members[name] !== null;
      if (fromBody) input[name] = members[name];
    }
  }
  return input;
}

type Traits = ReturnType<NormalizedSchema['getMergedTraits']>;

function isBound(traits: Traits): boolean {
  return Boolean(
    traits.httpQuery || traits.httpQueryParams || traits.httpHeader || traits.httpPrefixHeaders !== undefined,
  );
}

function readBinding(
  member: NormalizedSchema,
  traits: Traits,
  { message, target: { query } }: WireRequest,
  strings: FromStringShapeDeserializer,
): unknown {
  const { httpQuery, httpHeader, httpPrefixHeaders } = traits;
  if (httpQuery) {
    const values = query.getAll(httpQuery);
    if (values.length === 0) return undefined;
    if (member.isListSchema()) return values.map((value) => strings.read(member.getValueSchema(), value));
    return strings.read(member, values[0] ?? '');
  }
  if (traits.httpQueryParams) return Object.fromEntries(query);
  if (httpHeader) {
    // A presigned URL carries signed headers as parameters.
    const value = message.headers[httpHeader.toLowerCase()] ?? query.get(httpHeader) ?? undefined;
    return value === undefined ? undefined : strings.read(member, String(value));
  }
  const prefix = String(httpPrefixHeaders).toLowerCase();
  const headers = Object.entries(message.headers).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(headers.map(([name, value]) => [name.slice(prefix.length), String(value)]));
}

async function readPayload(model: ServiceModel, member: NormalizedSchema, request: WireRequest): Promise<unknown> {
  if (member.isStreaming()) return request.stream();
  const bytes = await request.bytes();
  if (bytes.length === 0) return undefined;
  if (member.isBlobSchema()) return bytes;
  if (member.isStringSchema()) return bytes.toString();
  return model.protocol.deserializer.read(member, bytes);
}

/** 5: RFC 3339 for XML; 7: epoch seconds for JSON (`TimestampFormat` of the SDK's schemas). */
function stringReader(protocol: ProtocolName): FromStringShapeDeserializer {
  const format = protocol === 'restXml' ? 5 : 7;
  return new FromStringShapeDeserializer({ httpBindings: true, timestampFormat: { useTrait: true, default: format } });
}
