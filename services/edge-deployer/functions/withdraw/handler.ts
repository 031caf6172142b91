import { catalogue } from '@assay/events';
import { eventHandler, PermanentError } from '@assay/lambda-kit';
import { assemble, config } from '../../adapters/line-ports.ts';
import { advance } from '../../domain/line/advance.ts';
import { strandedRollout, withdraw } from '../../domain/line/decisions.ts';

export const handler = eventHandler(
  { definition: catalogue.ModelRejected, config, assemble },
  async ({ data, metadata }, { deps, logger }) => {
    const { modelPackageArn, modelPackageVersion } = data;
    await deps.update((line) => withdraw(line, { modelPackageArn, modelPackageVersion }, metadata));
    const line = await advance(deps);
    const stranded = strandedRollout(line, modelPackageVersion);
    if (stranded !== undefined) {
      if (stranded.deploymentId !== undefined) await deps.cancel(stranded.deploymentId);
      throw new PermanentError(
        'nothing-to-go-back-to',
        `${modelPackageArn} was rejected and goes to no more devices, but the line has no other model that was good, ` +
          'so devices that have it keep it; approve another one',
      );
    }
    logger.info('took back what was rejected', { modelPackageArn, rollouts: line.rollouts.slice(-2) });
  },
);
