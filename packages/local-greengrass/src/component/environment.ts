import { randomUUID } from 'node:crypto';
import { delimiter, dirname } from 'node:path';
import type { CoreDeviceConfig } from '../configuration-file.ts';

/** The nucleus version that components and the cloud are told. */
export const NUCLEUS_VERSION = '2.15.0';

/** The operator's own credentials and profile are not the components'. */
const NOT_INHERITED = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
];

/** Secrets by which a component's processes are known, one per component, new at every start of the core device. */
export interface ComponentTokens {
  of(component: string): string;
  ownerOf(token: string): string | undefined;
}

export function componentTokens(): ComponentTokens {
  const tokens = new Map<string, string>();
  return {
    of(component) {
      const token = tokens.get(component) ?? randomUUID();
      tokens.set(component, token);
      return token;
    },
    ownerOf: (token) => [...tokens].find(([, known]) => known === token)?.[0],
  };
}

/** What every process of a component finds in its environment ("Component environment variables"). */
export function componentEnvironment(
  config: CoreDeviceConfig,
  facts: { socketPath: string; credentialsUrl: string; token: string; inherited: NodeJS.ProcessEnv },
): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(
    Object.entries(facts.inherited).filter(([name]) => !NOT_INHERITED.includes(name)),
  );
  return {
    ...inherited,
    // Components that are Node programs find the Node that runs the device.
    PATH: [dirname(process.execPath), inherited.PATH].filter(Boolean).join(delimiter),
    AWS_IOT_THING_NAME: config.thingName,
    AWS_REGION: config.region,
    AWS_DEFAULT_REGION: config.region,
    GGC_VERSION: NUCLEUS_VERSION,
    GG_ROOT_CA_PATH: config.rootCaPath,
    AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH: facts.socketPath,
    AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT: facts.socketPath,
    SVCUID: facts.token,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: facts.credentialsUrl,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: facts.token,
    ...(config.endpointUrl !== undefined && { AWS_ENDPOINT_URL: config.endpointUrl }),
  };
}
