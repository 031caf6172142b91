import { catalogue } from '@assay/events';
import { createPublisher } from '@assay/events/publisher';
import type { Context } from '../context.ts';

/** Asks for a training on the labels as they are now. */
export async function requestTraining({ clients, names }: Context, reason: string, requestedBy: string): Promise<void> {
  const publisher = createPublisher({
    eventBridge: clients.eventBridge,
    s3: clients.s3,
    busName: names.bus,
    claimBucket: names.claimBucket,
    producer: 'assay.training',
  });
  await publisher.publish(catalogue.TrainingRequested, { reason, requestedBy });
}
