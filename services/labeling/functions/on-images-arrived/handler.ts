import { catalogue, imageRefSchema } from '@assay/events';
import { readClaim } from '@assay/events/publisher';
import { eventHandler } from '@assay/lambda-kit';
import { assemble, configSchema } from '../../adapters/world.ts';
import { imagesArrived } from '../../domain/arrival.ts';

/** Queues the images that are new, and starts a run when enough wait. */
export const handler = eventHandler(
  { definition: catalogue.ImagesArrived, config: configSchema, assemble },
  async ({ data, metadata }, { deps: world, logger }) => {
    const images = await readClaim(world.s3, data.images, imageRefSchema);
    logger.info('images arrived', { ...(await imagesArrived(world, images, new Date(metadata.occurredAt))) });
  },
);
