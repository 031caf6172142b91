import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { DeviceClient } from './https.ts';

export interface RoleCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}

const answerSchema = z.object({
  credentials: z.object({
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    sessionToken: z.string(),
    expiration: z.iso.datetime({ offset: true }),
  }),
});

/** Credentials are fetched anew this long (ms) before they end. */
const MARGIN = 5 * 60_000;

/**
 * Exchanges the device's certificate for credentials of the role behind the role alias ("Authorizing direct calls to AWS
 * services"). Keeps them until shortly before they expire; concurrent callers share one request.
 */
export function tokenExchange(
  client: DeviceClient,
  { roleAlias, thingName, clock }: { roleAlias: string; thingName: string; clock: Clock },
): () => Promise<RoleCredentials> {
  let current: RoleCredentials | undefined;
  let pending: Promise<RoleCredentials> | undefined;
  const fetch = async () => {
    const answer = answerSchema.parse(
      await client.send({
        method: 'GET',
        path: `/role-aliases/${encodeURIComponent(roleAlias)}/credentials`,
        headers: { 'x-amzn-iot-thingname': thingName },
      }),
    );
    current = { ...answer.credentials, expiration: new Date(answer.credentials.expiration) };
    return current;
  };
  return async () => {
    if (current && current.expiration.getTime() - clock.now() > MARGIN) return current;
    pending ??= fetch().finally(() => {
      pending = undefined;
    });
    return pending;
  };
}
