import type { Readable } from 'node:stream';
import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import type { OperationModel, ProtocolName, ServiceModel } from './model.ts';

export interface WireResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array | Readable;
}

/** The SDK asks for where a request would go; a response goes nowhere. */
const context = { endpoint: async () => ({ protocol: 'http:', hostname: 'response', path: '/', method: 'POST' }) };

/** Serialises an output by the client's own serialiser with the roles reversed: the output's schema as a request's input. */
export async function serializeResponse(
  model: ServiceModel,
  protocol: ProtocolName,
  operation: OperationModel,
  output: Record<string, unknown>,
  requestId: string,
): Promise<WireResponse> {
  if (protocol === 'awsQuery') return queryResponse(model, operation, output, requestId);
  if (operation.output.isUnitSchema()) return emptyResponse(protocol, operation.status);
  if (protocol === 'restXml' && operation.name === 'GetBucketLocation') return bucketLocation(output);
  const reversed = {
    name: operation.name,
    namespace: model.namespace,
    input: operation.outputRef,
    output: 'unit',
    traits: { http: ['POST', '/', 200] },
  };
  const { headers, body } = await model.protocol.serializeRequest(reversed, output, context);
  for (const name of ['x-amz-target', 'x-amzn-query-mode', 'host']) delete headers[name];
  return { status: statusOf(operation, output), headers, body: bodyOf(body) };
}

/** The one S3 operation whose root element is its only member (`s3UnwrappedXmlOutput`, which the schemas leave out). */
function bucketLocation({ LocationConstraint = '' }: Record<string, unknown>): WireResponse {
  const body = `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${LocationConstraint}</LocationConstraint>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

function bodyOf(body: unknown): WireResponse['body'] {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (typeof body === 'object' && 'pipe' in body) return body as Readable;
  throw new Error('an operation answered with a body that is neither text, bytes nor a Readable');
}

/** Some operations state their status in the output (`StatusCode` of Lambda's Invoke, 206 of S3's ranges). */
function statusOf(operation: OperationModel, output: Record<string, unknown>): number {
  for (const [name, member] of operation.output.structIterator()) {
    const value = output[name];
    if (member.getMergedTraits().httpResponseCode && typeof value === 'number') return value;
  }
  // S3 answers a range with 206, which its model doesn't say.
  return typeof output.ContentRange === 'string' ? 206 : operation.status;
}

function emptyResponse(protocol: ProtocolName, status: number): WireResponse {
  if (protocol === 'awsJson1_0' || protocol === 'awsJson1_1') {
    const version = protocol === 'awsJson1_0' ? '1.0' : '1.1';
    return { status, headers: { 'content-type': `application/x-amz-json-${version}` }, body: '{}' };
  }
  return { status, headers: {}, body: '' };
}

const QUERY_NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';

function queryResponse(
  model: ServiceModel,
  operation: OperationModel,
  output: Record<string, unknown>,
  requestId: string,
): WireResponse {
  const namespace = model.protocol.options?.xmlNamespace ?? QUERY_NAMESPACE;
  let result = '';
  if (operation.output.isStructSchema()) {
    const serializer = new XmlShapeSerializer({
      timestampFormat: { useTrait: true, default: 5 },
      httpBindings: false,
      xmlNamespace: namespace,
      serviceNamespace: model.namespace,
    });
    const { serdeContext } = model.protocol.deserializer;
    serializer.setSerdeContext(serdeContext as Parameters<typeof serializer.setSerdeContext>[0]);
    // `writeStruct` is what the SDK itself calls for a nested structure; the envelope around it is the Query protocol's.
    const writer = serializer as unknown as {
      writeStruct(schema: object, value: object, parent: undefined): { withName(name: string): { toString(): string } };
    };
    result = writer.writeStruct(operation.output, output, undefined).withName(`${operation.name}Result`).toString();
  }
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<${operation.name}Response xmlns="${namespace}">${result}${metadata}</${operation.name}Response>`,
  };
}
