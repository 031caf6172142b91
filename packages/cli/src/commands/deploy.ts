import { CliError } from '../cli-error.ts';
import { SERVICES } from '../names.ts';
import type { Terminal } from '../output/terminal.ts';
import { localConnection } from '../platform/connection.ts';
import { deployService, localEnvironment } from '../platform/serverless.ts';

/** Deploys one service alone: to the embedded AWS that runs, or with another stage to AWS by the environment's credentials. */
export async function deploy(
  terminal: Terminal,
  service: string,
  { data, stage }: { data: string; stage: string },
): Promise<void> {
  if (!SERVICES.some((known) => known === service))
    throw new CliError(`There is no service ${service}.`, `The services are ${SERVICES.join(', ')}.`);
  const environment = stage === 'local' ? localEnvironment(await running(data)) : process.env;
  const { changed } = await deployService({ service, stage, environment, line: (text) => terminal.say(`  ${text}`) });
  const words = changed ? 'is deployed' : 'is unchanged: nothing was deployed';
  terminal.result({ service, stage, changed }, () => `${service} ${words}.`);
}

async function running(dataDir: string) {
  const { endpoint, region, credentials } = await localConnection(dataDir);
  if (!endpoint || !credentials) throw new Error('a local connection has an endpoint and credentials');
  return { endpoint, region, credentials };
}
