import { CliError } from '../cli-error.ts';
import { SERVICES } from '../names.ts';
import type { Terminal } from '../output/terminal.ts';
import { localConnection } from '../platform/connection.ts';
import { laptopSettings } from '../platform/laptop-settings.ts';
import { deployService, localEnvironment } from '../platform/serverless.ts';

/** Deploys one service alone: to the embedded AWS that runs, or with another stage to AWS by the environment's credentials. */
export async function deploy(
  terminal: Terminal,
  service: string,
  { data, stage }: { data: string; stage: string },
): Promise<void> {
  if (!SERVICES.some((known) => known === service))
    throw new CliError(`There is no service ${service}.`, `The services are ${SERVICES.join(', ')}.`);
  const environment =
    stage === 'local'
      ? { ...localEnvironment(await localConnection(data)), ...laptopSettings(process.env) }
      : process.env;
  const { changed } = await deployService({ service, stage, environment, line: (text) => terminal.say(`  ${text}`) });
  const words = changed ? 'is deployed' : 'is unchanged: nothing was deployed';
  terminal.result({ service, stage, changed }, () => `${service} ${words}.`);
}
