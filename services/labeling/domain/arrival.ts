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

/** Queues images that are new, takes labels that were left for them, and starts a run when enough wait. */
export async function imagesArrived(labeling: Labeling, images: readonly ImageRef[]): Promise<Arrival> {
  const { queue, settings, now } = labeling;
  const imported: { image: ImageRef; outcome: LabelOutcome }[] = [];
  let queued = 0;
  for (const image of images) {
    if (await queue.knows(image.imageId)) continue;
    const left = await labeling.files.imported(image.imageId);
    if (left !== undefined) imported.push({ image, outcome: importOutcome(image, left, settings.categories, now()) });
    else if (await queue.add(image, now().toISOString())) queued += 1;
  }
  await takeImported(labeling, imported);
  return {
    queued,
    imported: imported.length,
    known: images.length - queued - imported.length,
    runId: await startRunIfDue(labeling, settings.minImages),
  };
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
