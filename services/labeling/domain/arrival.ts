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
 * Queues images that are new, takes labels that were left for them, and starts a run when enough wait. `at`: when they
 * arrived, as the event says. Throws `PermanentError` when labels that were left can't be used, after all other images
 * were taken care of.
 */
export async function imagesArrived(labeling: Labeling, images: readonly ImageRef[], at: Date): Promise<Arrival> {
  const { queue, settings, now } = labeling;
  const importRun = importRunId(images);
  const labels: ImportedLabels[] = [];
  const unusable: Error[] = [];
  let queued = 0;
  for (const image of images) {
    const known = await queue.find(image.imageId);
    if (known !== undefined && known.runId !== importRun) continue;
    const left = await labeling.files.imported(image.imageId);
    if (left === undefined) {
      if (await queue.add(image, now().toISOString())) queued += 1;
      continue;
    }
    const outcome = importOutcome(image, left, settings.categories, at);
    if (outcome instanceof Error) {
      unusable.push(outcome);
      continue;
    }
    const { state, runId } = known ?? (await queue.take(image, importRun, at.toISOString()));
    if (runId === importRun) labels.push({ outcome, said: state === 'labeled' });
  }
  const imported = await sayImported(labeling, importRun, labels);
  const runId = await startRunIfDue(labeling, settings.minImages);
  // Told last: one bad file stops no other image. Those are known when this is tried again.
  const [first] = unusable;
  if (first) throw first;
  return { queued, imported, known: images.length - queued - imported, runId };
}

interface ImportedLabels {
  readonly outcome: LabelOutcome;
  /** An earlier delivery of the event has said it. */
  readonly said: boolean;
}

/**
 * Says what was imported with an event's images; gives how many labels were new. Said before it is remembered, and
 * always in full: a repetition after a failure says the same run with the same labels, and who hears it counts it once.
 */
async function sayImported(
  { queue, speaker }: Labeling,
  runId: string,
  labels: readonly ImportedLabels[],
): Promise<number> {
  const unsaid = labels.filter(({ said }) => !said);
  if (unsaid.length === 0) return 0;
  const items = labels.map(({ outcome }) => outcome);
  await speaker.approved({ runId, labelingJob: runId, verificationJob: runId, labels: { items } });
  for (const { outcome } of unsaid) await queue.settle(outcome.imageId, runId, { state: 'labeled' });
  return unsaid.length;
}
