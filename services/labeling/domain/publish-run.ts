import { eachAtOnce } from '@assay/at-once';
import type { LabelingFailure, LabelOutcome } from '@assay/events';
import { parseManifest } from './manifest.ts';
import { type Finding, findings } from './outcomes.ts';
import { type Labeling, type NextState, WRITES_AT_ONCE } from './ports.ts';
import { startRunIfDue } from './start-run.ts';

export interface EndedRun {
  readonly runId: string;
  readonly labelingJob: string;
  readonly verificationJob: string;
  /** The output manifests; the second is absent when there was nothing to verify. */
  readonly labelsUri: string;
  readonly verdictsUri?: string | undefined;
}

export interface RunSummary {
  readonly approved: number;
  readonly rejected: number;
  /** Back in the queue, and given up. */
  readonly requeued: number;
  readonly failed: number;
}

/**
 * Says what people found, and lets the images go: approved ones are labelled; the others go back with their attempt
 * counted up, or have failed. Said first and remembered after: repeated, it says the same.
 */
export async function publishRun(labeling: Labeling, run: EndedRun): Promise<RunSummary> {
  const { files, speaker, settings, queue, now } = labeling;
  const { runId, labelingJob, verificationJob, labelsUri, verdictsUri } = run;
  const labels = parseManifest(await files.read(labelsUri), labelsUri);
  const verdicts = verdictsUri === undefined ? [] : parseManifest(await files.read(verdictsUri), verdictsUri);
  const found = findings(labels, verdicts);
  const items = found.flatMap((finding) => ('outcome' in finding ? [finding.outcome] : []));
  const failures = found.flatMap((finding) => failureOf(finding, settings.maxAttempts));
  if (items.length > 0) await speaker.approved({ runId, labelingJob, verificationJob, labels: { items } });
  if (failures.length > 0) await speaker.failed({ runId, images: { items: failures } });
  const failed = new Set(failures.map(({ imageId }) => imageId));
  const backInQueue = await eachAtOnce(found, WRITES_AT_ONCE, async (finding) => {
    const { imageId, attempt } = finding.line;
    const next = nextState(isApproved(finding), failed.has(imageId), attempt, now());
    return (await queue.settle(imageId, runId, next)) && next.state === 'waiting';
  });
  const requeued = backInQueue.filter(Boolean).length + (await releaseForgotten(labeling, runId));
  // What goes back needs no company: it has waited long enough.
  await startRunIfDue(labeling, requeued > 0 ? 1 : settings.minImages);
  const approved = found.filter(isApproved).length;
  return { approved, rejected: items.length - approved, requeued, failed: failures.length };
}

/**
 * Images that the run has taken and never labelled: the step that took them died before it wrote them down, and the
 * index, which lags, did not show them when it was repeated. They lose no attempt.
 */
async function releaseForgotten({ queue }: Labeling, runId: string): Promise<number> {
  let released = 0;
  for (const { image, attempt, queuedAt } of await queue.claimedBy(runId))
    if (await queue.settle(image.imageId, runId, { state: 'waiting', attempt, queuedAt })) released += 1;
  return released;
}

const isApproved = (finding: Finding): boolean => 'outcome' in finding && finding.outcome.verdict === 'approved';

function nextState(approved: boolean, failed: boolean, attempt: number, now: Date): NextState {
  if (approved) return { state: 'labeled' };
  if (failed) return { state: 'failed' };
  return { state: 'waiting', attempt: attempt + 1, queuedAt: now.toISOString() };
}

/** An image that was not approved at its last attempt. */
function failureOf(finding: Finding, maxAttempts: number): LabelingFailure[] {
  const { imageId, image, attempt } = finding.line;
  if (isApproved(finding) || attempt < maxAttempts) return [];
  const outcome: LabelOutcome | undefined = 'outcome' in finding ? finding.outcome : undefined;
  const reason = 'reason' in finding ? finding.reason : (outcome?.reason ?? 'rejected');
  return [
    { imageId, uri: image.uri, attempts: attempt, reason, ...(outcome?.comment && { comment: outcome.comment }) },
  ];
}
