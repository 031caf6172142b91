import { createHash } from 'node:crypto';
import { type Agent, request as httpRequest } from 'node:http';
import type { OperationModel, ServiceModel } from '../../../packages/local-aws/src/kernel/protocol/model.ts';
import { sign } from '../../../packages/local-aws/test/sign.ts';
import { asText, isRecord, queryBody, xmlBody } from './bodies.ts';
import type { Server } from './server.ts';

/** One operation of one service. */
export interface Target {
  service: string;
  signingName: string;
  model: ServiceModel;
  operation: OperationModel;
}

/** A request before it is signed. */
export interface WireCall {
  method: string;
  /** As sent: encoded. */
  path: string;
  query: Record<string, string | string[]>;
  headers: Record<string, string>;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Writes `input` as the operation's protocol does, whatever the types of its values: no SDK client would let them through. */
export function wireCall({ model, operation }: Target, input: unknown): WireCall {
  const call: WireCall = { method: 'POST', path: '/', query: {}, headers: {}, body: Buffer.alloc(0) };
  if (model.protocolName === 'awsQuery') {
    call.headers['content-type'] = 'application/x-www-form-urlencoded';
    call.body = Buffer.from(queryBody(operation.name, model.version, input));
  } else if (operation.route) return restCall(model, operation, operation.route, input, call);
  else {
    call.headers['content-type'] = `application/x-amz-json-${model.protocolName === 'awsJson1_0' ? '1.0' : '1.1'}`;
    call.headers['x-amz-target'] = `${model.target}.${operation.name}`;
    call.body = Buffer.from(JSON.stringify(input) ?? '');
  }
  return call;
}

type Route = NonNullable<OperationModel['route']>;

function restCall(
  model: ServiceModel,
  { input: schema }: OperationModel,
  route: Route,
  input: unknown,
  call: WireCall,
) {
  const members = isRecord(input) ? input : {};
  const inBody: Record<string, unknown> = {};
  call.method = route.method;
  call.path = pathOf(route, members);
  for (const { name, value } of route.query) call.query[name] = value ?? '';
  if (!schema.isStructSchema()) return call;
  for (const [name, member] of schema.structIterator()) {
    const { httpLabel, httpQuery, httpHeader, httpPrefixHeaders, httpPayload, jsonName } = member.getMergedTraits();
    const value = members[name];
    if (httpLabel || value === undefined) continue;
    if (httpQuery) call.query[httpQuery] = Array.isArray(value) ? value.map(asText) : asText(value);
    else if (httpHeader) call.headers[httpHeader.toLowerCase()] = headerText(value);
    else if (httpPrefixHeaders !== undefined) {
      for (const [key, item] of Object.entries(isRecord(value) ? value : {}))
        call.headers[`${httpPrefixHeaders}${key.replace(/[^a-z0-9]/gi, '')}`.toLowerCase()] = headerText(item);
    } else if (!httpPayload) inBody[jsonName ?? name] = value;
    else if (model.protocolName === 'restXml' && member.isStructSchema())
      call.body = Buffer.from(xmlBody(member, name, value));
    else call.body = Buffer.from(member.isStructSchema() ? (JSON.stringify(value) ?? '') : asText(value));
  }
  if (Object.keys(inBody).length > 0) {
    call.headers['content-type'] = 'application/json';
    call.body = Buffer.from(JSON.stringify(inBody));
  }
  return call;
}

/** The route's pattern with its groups filled. */
function pathOf(route: Route, members: Record<string, unknown>): string {
  let label = 0;
  return route.path.source
    .replace(/^\^|\\\/\?\$$/g, '')
    .replace(/\(\[\^\\?\/\]\+\)|\(\.\+\)/g, (group) => {
      const text = encode(asText(members[route.labels[label++] ?? ''] ?? 'none')) || '%20';
      return group === '(.+)' ? text.replaceAll('%2F', '/') : text;
    })
    .replace(/\\(.)/g, '$1');
}

const headerText = (value: unknown) =>
  asText(value)
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, 2000);
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Sends and waits for the whole answer, at most `patience` milliseconds. */
export async function send(call: WireCall, signingName: string, server: Server, agent: Agent, patience = 30_000) {
  const { endpoint, region, credentials } = server;
  const sent = { 'content-length': String(call.body.length), 'x-amz-content-sha256': sha256(call.body) };
  const request = { ...call, headers: { ...call.headers, ...sent } };
  const { target, headers } = await sign(request, { endpoint, region, credentials, service: signingName });
  return new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(server.endpoint);
    const path = target;
    const options = {
      agent,
      hostname,
      port,
      method: call.method,
      path,
      headers,
      signal: AbortSignal.timeout(patience),
    };
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end(call.body);
  });
}
