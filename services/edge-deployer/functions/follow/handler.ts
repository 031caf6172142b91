import { awsEventHandler } from '@assay/lambda-kit';
import { assemble, config } from '../../adapters/line-ports.ts';
import { follow } from '../../domain/line/advance.ts';
import { illnesses, occasionSchema } from './messages.ts';

export const handler = awsEventHandler({ schema: occasionSchema, config, assemble }, async (occasion, surroundings) => {
  const { deps, logger, metrics } = surroundings;
  const ill = illnesses(occasion);
  if (ill.length > 0) {
    logger.warn('components are ill', { ill });
    metrics.addMetric('IllComponents', 'Count', ill.length);
  }
  const line = await follow(deps);
  logger.info('looked at the devices', { occasion: occasion['detail-type'], last: line.rollouts.at(-1) });
});
