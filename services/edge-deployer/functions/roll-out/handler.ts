import { catalogue } from '@assay/events';
import { eventHandler } from '@assay/lambda-kit';
import { assemble, config } from '../../adapters/line-ports.ts';
import { advance } from '../../domain/line/advance.ts';
import { approve } from '../../domain/line/decisions.ts';

export const handler = eventHandler(
  { definition: catalogue.ModelApproved, config, assemble },
  async ({ data, metadata }, { deps, logger }) => {
    const { modelPackageArn, modelPackageVersion, modelUri } = data;
    await deps.update((line) => approve(line, { modelPackageArn, modelPackageVersion, modelUri }, metadata));
    const line = await advance(deps);
    logger.info('rolled out what was approved', { modelPackageArn, rollouts: line.rollouts.slice(-2) });
  },
);
