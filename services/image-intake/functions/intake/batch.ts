import { catalogue, type ImageRef, type RejectedImage } from '@assay/events';
import { type Outgoing, outgoing, type Publisher } from '@assay/events/publisher';
import { type QueueRecord, type Surroundings, toError } from '@assay/lambda-kit';
import type { ImageLedger } from '../../adapters/image-ledger.ts';
import { distinctArrivals, type IntakePorts, type IntakeResult, takeIn } from '../../domain/intake.ts';
import { mayBegin, type Trial } from '../../domain/limits.ts';
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

type UploadRecord = QueueRecord<Upload>;

/**
 * Takes in a batch of uploads and says what came of it in one event for the arrivals and one for the rejections. What
 * the decoder died of is tried once more when the others were announced, and spoken of in events of its own: a bad file
 * holds up nobody but itself.
 *
 * Returns the messages that have to come back: those whose upload could not be fetched or kept, and those for whose
 * trial no time was left. When nothing could be published it throws, and the whole batch comes back; what was registered
 * is then still pending in the ledger.
 */
export async function takeInBatch(
  records: readonly UploadRecord[],
  surroundings: IntakeSurroundings,
): Promise<string[]> {
  const { now } = surroundings.deps.ports;
  const begun = now().getTime();
  const elapsed = () => now().getTime() - begun;
  const first = await takeInAll(records, 'first', surroundings, elapsed);
  await announce(first, surroundings);
  if (first.suspects.length === 0) return first.failed;
  const last = await takeInAll(first.suspects, 'last', surroundings, elapsed);
  await announce(last, surroundings);
  return [...first.failed, ...last.failed];
}

/** What came of a trial of several uploads. */
interface Outcome {
  readonly results: readonly IntakeResult[];
  readonly suspects: readonly UploadRecord[];
  /** Ids of the messages that have to come back. */
  readonly failed: string[];
}

async function takeInAll(
  records: readonly UploadRecord[],
  trial: Trial,
  { deps, logger }: IntakeSurroundings,
  elapsed: () => number,
): Promise<Outcome> {
  const results: IntakeResult[] = [];
  const suspects: UploadRecord[] = [];
  const failed: string[] = [];
  for (const record of records) {
    const { messageId, body } = record;
    if (!mayBegin(trial, suspects.length, elapsed())) {
      // In the words that "assay stuck" finds when it comes to that.
      logger.error(`no time was left for the upload ${body.key}`, { code: 'no-time-left', messageId });
      failed.push(messageId);
      continue;
    }
    try {
      const result = await takeIn(body, deps.ports, trial);
      if (result.kind === 'suspect') suspects.push(record);
      else results.push(result);
    } catch (error) {
      logger.error(`the upload ${body.key} could not be taken in`, { error: toError(error), messageId });
      failed.push(messageId);
    }
  }
  return { results, suspects, failed };
}

async function announce({ results, suspects, failed }: Outcome, { deps, logger }: IntakeSurroundings): Promise<void> {
  const arrived = distinctArrivals(results);
  const rejected = results.flatMap((result) => (result.kind === 'rejected' ? [result.image] : []));
  const said = await deps.publisher.publishAll(eventsFor(arrived, rejected, deps.newId));
  const eventId = said[0]?.eventId;
  if (eventId !== undefined) {
    for (const { imageId } of arrived) await deps.ledger.markAnnounced(imageId, eventId, deps.ports.now());
  }
  const duplicates = results.length - arrived.length - rejected.length;
  logger.info('took in uploads', {
    arrived: arrived.length,
    rejected: rejected.length,
    duplicates,
    suspects: suspects.length,
    failed,
  });
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
