import { catalogue, type ImageRef, type RejectedImage } from '@assay/events';
import { type Outgoing, outgoing, type Publisher } from '@assay/events/publisher';
import type { QueueRecord, Surroundings } from '@assay/lambda-kit';
import type { ImageLedger } from '../../adapters/image-ledger.ts';
import { distinctArrivals, type IntakePorts, type IntakeResult, takeIn } from '../../domain/intake.ts';
import type { Upload } from '../../domain/upload.ts';

export interface IntakeDependencies {
  readonly ports: IntakePorts;
  readonly ledger: Pick<ImageLedger, 'markAnnounced'>;
  readonly publisher: Publisher;
  readonly newId: () => string;
}

/** What a batch needs of {@link Surroundings}. */
export interface IntakeSurroundings {
  readonly deps: IntakeDependencies;
  readonly logger: Pick<Surroundings<unknown, unknown>['logger'], 'info' | 'error'>;
}

/**
 * Takes in a batch of uploads and says what came of it in one event for the arrivals and one for the rejections.
 * Returns the messages that have to come back: those whose upload could not be fetched or kept. When nothing could be
 * published it throws, and the whole batch comes back; what was registered is then still pending in the ledger.
 */
export async function takeInBatch(
  records: readonly QueueRecord<Upload>[],
  { deps, logger }: IntakeSurroundings,
): Promise<string[]> {
  const results: IntakeResult[] = [];
  const failed: string[] = [];
  for (const { messageId, body } of records) {
    try {
      results.push(await takeIn(body, deps.ports));
    } catch (error) {
      logger.error(`the upload ${body.key} could not be taken in`, { error: toError(error), messageId });
      failed.push(messageId);
    }
  }
  const arrived = distinctArrivals(results);
  const rejected = results.flatMap((result) => (result.kind === 'rejected' ? [result.image] : []));
  const said = await deps.publisher.publishAll(eventsFor(arrived, rejected, deps.newId));
  const eventId = said[0]?.eventId;
  if (eventId !== undefined) {
    for (const { imageId } of arrived) await deps.ledger.markAnnounced(imageId, eventId, deps.ports.now());
  }
  const duplicates = results.length - arrived.length - rejected.length;
  logger.info('took in uploads', { arrived: arrived.length, rejected: rejected.length, duplicates, failed });
  return failed;
}

/** A single image tells its story under its own id; a batch begins a new one. */
function eventsFor(arrived: readonly ImageRef[], rejected: readonly RejectedImage[], newId: () => string): Outgoing[] {
  const [only, ...others] = [...arrived, ...rejected];
  const correlationId = others.length === 0 && only?.imageId !== undefined ? only.imageId : newId();
  return [
    ...(arrived.length > 0
      ? [outgoing(catalogue.ImagesArrived, { images: { items: [...arrived] } }, { correlationId })]
      : []),
    ...(rejected.length > 0
      ? [outgoing(catalogue.ImagesRejected, { images: { items: [...rejected] } }, { correlationId })]
      : []),
  ];
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
