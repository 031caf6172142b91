import { eachAtOnce } from '@assay/at-once';
import { deployService, localEnvironment } from '../../../packages/cli/src/platform/serverless.ts';
import type { LocalConnection } from './process.ts';

/** The part of the chain up to LabelsStored, and who hears of that. */
const SERVICES = ['image-intake', 'labeling', 'label-store', 'training'];

/** Deploys the chain up to LabelsStored, the bus first. `settings` is what the services' `serverless.yml` reads. */
export async function deployChain(connection: LocalConnection, settings: Record<string, string>): Promise<void> {
  const environment = { ...localEnvironment(connection), ...settings };
  const deploy = (service: string) => deployService({ service, stage: connection.stage, environment });
  await deploy('event-bus');
  await eachAtOnce(SERVICES, 2, deploy);
}
