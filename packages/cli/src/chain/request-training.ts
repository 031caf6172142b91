import { catalogue } from '@assay/events';
import type { Context } from '../context.ts';
import { publisherAs } from '../platform/publisher.ts';

/** Asks for a training on the labels as they are now. */
export async function requestTraining(context: Context, reason: string, requestedBy: string): Promise<void> {
  await publisherAs(context, 'assay.training').publish(catalogue.TrainingRequested, { reason, requestedBy });
}
