import { createPublisher } from '@assay/events/publisher';
import type { Context } from '../context.ts';

/** Says events on the bus in the name of a service, e.g. `assay.training`. */
export const publisherAs = ({ clients, names }: Pick<Context, 'clients' | 'names'>, producer: string) =>
  createPublisher({
    eventBridge: clients.eventBridge,
    s3: clients.s3,
    busName: names.bus,
    claimBucket: names.claimBucket,
    producer,
  });
