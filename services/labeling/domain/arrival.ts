import type { ImageRef, LabelOutcome } from '@assay/events';
import { importOutcome, importRunId } from './imported-labels.ts';
import type { Labeling } from './ports.ts';
import { startRunIfDue } from './start-run.ts';

export interface Arrival {
  readonly queued: number;
  readonly imported: number;
  /** Images that this service knew already: nothing is labelled twice. */
  readonly known: number;
  readonly runId: string | undefined;
}

/**
 * Queues images that are new, takes labels that were left for them, and starts a run when enough wait. Throws
 * `PermanentError` when labels that were left can't be used, after all other images were taken care of.
 */
export async function imagesArrived(labeling: Labeling, images: readonly ImageRef[]): Promise<Arrival> {
  const { queue, settings, now } = labeling;
  const imported: { image: ImageRef; outcome: LabelOutcome }[] = [];
  const unusable: Error[] = [];
  let queued = 0;
  for (const image of images) {
    if (await queue.knows(image.imageId)) continue;
    const left = await labeling.files.imported(image.imageId);
    if (left === undefined) {
      if (await queue.add(image, now().toISOString())) queued += 1;
      continue;
    }
    const outcome = importOutcome(image, left, settings.categories, now());
    if (outcome instanceof Error) unusable.push(outcome);
    else imported.push({ image, outcome });
  }
  await takeImported(labeling, imported);
  const runId = await startRunIfDue(labeling, settings.minImages);
  // Told last: one bad file stops no other image. Those are known when this is tried again.
  const [first] = unusable;
  if (first) throw first;
  return { queued, imported: imported.length, known: images.length - queued - imported.length, runId };
}

/** Said before it is remembered: a repetition after a failure says the same run with the same labels again. */
async function takeImported(
  { queue, speaker }: Labeling,
  imported: readonly { image: ImageRef; outcome: LabelOutcome }[],
): Promise<void> {
  if (imported.length === 0) return;
  const runId = importRunId(imported.map(({ image }) => image));
  const items = imported.map(({ outcome }) => outcome);
  await speaker.approved({ runId, labelingJob: runId, verificationJob: runId, labels: { items } });
  for (const { image } of imported) await queue.addLabeled(image);
}
