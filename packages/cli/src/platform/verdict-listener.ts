import { randomUUID } from 'node:crypto';
import { DescribeEndpointCommand } from '@aws-sdk/client-iot';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity } from '@smithy/types';
import { connectAsync } from 'mqtt';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { Sha256 } from './sha256.ts';

/** What the inspector publishes on `assay/<thing>/verdicts`. */
const verdictSchema = z.object({
  file: z.string(),
  verdict: z.enum(['pass', 'fail']),
  /** Of the model component that inspected it. */
  modelVersion: z.string(),
  detections: z.array(
    z.object({
      className: z.string(),
      confidence: z.number(),
      box: z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() }),
    }),
  ),
  uploaded: z.boolean(),
  milliseconds: z.number(),
});

export type Verdict = z.output<typeof verdictSchema>;

/** Listens to a device's verdicts, as MQTT over WebSocket with the caller's signature. @returns how to stop. */
export async function listenToVerdicts(
  { clients, connection }: Pick<Context, 'clients' | 'connection'>,
  thing: string,
  ca: Buffer | undefined,
  heard: (verdict: Verdict) => void,
): Promise<() => Promise<void>> {
  const { endpointAddress = '' } = await clients.iot.send(
    new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }),
  );
  const url = await presignedUrl(endpointAddress, connection.region, await clients.iot.config.credentials());
  const client = await connectAsync(url, {
    protocolVersion: 4,
    clientId: `assay-cli-${randomUUID()}`,
    ...(ca ? { ca } : {}),
  });
  client.on('message', (_topic, payload) => heard(verdictSchema.parse(JSON.parse(payload.toString()))));
  await client.subscribeAsync(`assay/${thing}/verdicts`, { qos: 1 });
  return () => client.endAsync();
}

/** Good for a day, for connections that break and come back. */
const EXPIRES_IN = 86_400;

/** "MQTT over the WebSocket protocol", AWS IoT Core: the session token is added after signing, unlike anywhere else. */
async function presignedUrl(host: string, region: string, credentials: AwsCredentialIdentity): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const keys = { accessKeyId, secretAccessKey };
  const signer = new SignatureV4({ service: 'iotdevicegateway', region, credentials: keys, sha256: Sha256 });
  const request = { method: 'GET', protocol: 'wss:', hostname: host, path: '/mqtt', headers: { host }, query: {} };
  const { query = {} } = await signer.presign(request, { expiresIn: EXPIRES_IN });
  const parameters = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  if (sessionToken) parameters.set('X-Amz-Security-Token', sessionToken);
  return `wss://${host}/mqtt?${parameters}`;
}
