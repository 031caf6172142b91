import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { z } from 'zod';
import { internalCaller, serviceCaller } from '../../kernel/caller.ts';
import { AwsError, messageOf } from '../../kernel/errors.ts';
import { decodeSegment, requestTarget } from '../../kernel/request-target.ts';
import type { Certificate } from '../records.ts';
import { type Iot, roleAliasArn } from '../state.ts';
import { certificateOf, isAllowed, isAttached } from './principal.ts';

const LARGEST_BODY = 1024 * 1024;

interface DeviceCall {
  iot: Iot;
  certificate: Certificate;
  message: IncomingMessage;
  parameters: string[];
  body(): Promise<unknown>;
}

interface DeviceRoute {
  method: string;
  path: RegExp;
  answer(call: DeviceCall): Promise<unknown>;
}

const routes: DeviceRoute[] = [
  { method: 'GET', path: /^\/role-aliases\/([^/]+)\/credentials$/, answer: roleCredentials },
  { method: 'POST', path: /^\/greengrass\/v2\/resolveComponentCandidates$/, answer: resolveComponentCandidates },
];

/** Answers the HTTPS requests of devices, which prove themselves by their certificates. */
export function answerDeviceRequest(iot: Iot, message: IncomingMessage, response: ServerResponse): void {
  const send = (status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  route(iot, message).then(
    (body) => send(200, body),
    (error: unknown) => {
      if (!(error instanceof AwsError)) iot.kernel.report(`a device's request failed: ${messageOf(error)}`, error);
      const known =
        error instanceof AwsError ? error : new AwsError('InternalFailure', 'internal failure', { status: 500 });
      response.setHeader('x-amzn-errortype', known.code);
      send(known.status ?? 400, { message: known.message });
    },
  );
}

async function route(iot: Iot, message: IncomingMessage): Promise<unknown> {
  const { socket } = message;
  const certificate = socket instanceof TLSSocket ? certificateOf(iot, socket) : undefined;
  if (!certificate) throw forbidden('Invalid Certificate.');
  const target = requestTarget(message);
  for (const { method, path, answer } of routes) {
    const match = message.method === method ? path.exec(target.path) : null;
    if (!match) continue;
    const parameters = match.slice(1).map(decodeSegment);
    return answer({ iot, certificate, message, parameters, body: () => bodyOf(message) });
  }
  throw new AwsError('UnknownOperationException', `there is no ${message.method} ${target.path} here`, {
    status: 404,
  });
}

/** The credentials provider ("Authorizing direct calls to AWS services using AWS IoT Core credential provider"). */
async function roleCredentials({ iot, certificate, message, parameters }: DeviceCall): Promise<unknown> {
  const [alias = ''] = parameters;
  const thing = message.headers['x-amzn-iot-thingname'];
  const record = iot.roleAliases.get(alias);
  if (typeof thing === 'string' && !isAttached(iot, certificate, thing)) throw forbidden('Invalid thing name passed.');
  const clientId = typeof thing === 'string' ? thing : '';
  const allowed = isAllowed(
    iot,
    certificate,
    clientId,
    'iot:AssumeRoleWithCertificate',
    roleAliasArn(iot.kernel, alias),
  );
  // Whether the alias exists is nobody's business who may not use it.
  if (!record || !allowed)
    throw forbidden(`Access Denied: the certificate's policy must allow iot:AssumeRoleWithCertificate on ${alias}.`);
  const caller = serviceCaller('credentials.iot.amazonaws.com', iot.kernel.account, roleAliasArn(iot.kernel, alias));
  const { Credentials } = await iot.kernel.call(
    'sts',
    'AssumeRole',
    { RoleArn: record.roleArn, RoleSessionName: certificate.id.slice(0, 32), DurationSeconds: record.duration },
    caller,
  );
  return {
    credentials: {
      accessKeyId: Credentials?.AccessKeyId,
      secretAccessKey: Credentials?.SecretAccessKey,
      sessionToken: Credentials?.SessionToken,
      expiration: Credentials?.Expiration?.toISOString(),
    },
  };
}

const candidatesSchema = z.object({
  platform: z.object({ name: z.string().optional(), attributes: z.record(z.string(), z.string()).optional() }),
  componentCandidates: z.array(
    z.object({
      componentName: z.string(),
      componentVersion: z.string().optional(),
      versionRequirements: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

async function resolveComponentCandidates(call: DeviceCall): Promise<unknown> {
  const caller = greengrassCaller(call, 'greengrass:ResolveComponentCandidates', '*');
  const asked = candidatesSchema.safeParse(await call.body());
  if (!asked.success) throw new AwsError('ValidationException', z.prettifyError(asked.error), { status: 400 });
  const { resolvedComponentVersions = [] } = await call.iot.kernel.call(
    'greengrassv2',
    'ResolveComponentCandidates',
    asked.data,
    caller,
  );
  return {
    resolvedComponentVersions: resolvedComponentVersions.map((component) => ({
      ...component,
      recipe: Buffer.from(component.recipe ?? []).toString('base64'),
    })),
  };
}

/** Greengrass acting for a device, when one of the things that have the certificate may do this by its IoT policies. */
function greengrassCaller({ iot, certificate }: DeviceCall, action: string, resource: string) {
  const things = iot.things
    .list()
    .flatMap(({ value }) => (isAttached(iot, certificate, value.name) ? [value.name] : []));
  const thing = things.find((name) => isAllowed(iot, certificate, name, action, resource));
  if (thing === undefined) throw forbidden(`the certificate's policy must allow ${action} on ${resource}`);
  return internalCaller('greengrass.amazonaws.com', iot.kernel.account);
}

async function bodyOf(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    if (size > LARGEST_BODY)
      throw new AwsError('RequestTooLargeException', 'the request is too large', { status: 413 });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new AwsError('SerializationException', 'the request is not JSON', { status: 400, cause: error });
  }
}

const forbidden = (message: string) => new AwsError('AccessDeniedException', message, { status: 403 });
