import { eachAtOnce } from '@assay/at-once';
import { boxesRequest, type JobFiles, type JobRequest, verificationRequest } from './job-request.ts';
import { inputManifest } from './manifest.ts';
import { type Labeling, type QueuedImage, WRITES_AT_ONCE } from './ports.ts';
import { jobNames } from './run-id.ts';
import { startRunIfDue } from './start-run.ts';

export interface Templates {
  readonly boxes: string;
  readonly verification: string;
}

export interface CollectedRun {
  readonly runId: string;
  /** How many images the run has. 0: somebody else has taken them, and nothing is to be done. */
  readonly images: number;
  readonly labelingJob: JobRequest;
  readonly verificationJob: JobRequest;
  /** Where the verification's input manifest is to be written. */
  readonly verificationManifest: string;
}

/** What a verifier may say of an image's boxes; the first one approves them. */
export const VERDICTS = ['correct', 'missed object', 'box not accurate'] as const;

/**
 * Takes the longest waiting images for a run and writes what its jobs read. Repeated, it goes on with the images that it
 * took before. What is left over and is enough for a run of its own starts one.
 */
export async function collectRun(
  labeling: Labeling,
  templates: Templates,
  { runId, executionArn }: { runId: string; executionArn: string },
): Promise<CollectedRun> {
  const { files, settings, speaker } = labeling;
  const images = await takeImages(labeling, runId);
  const { labelingJob, verificationJob } = jobNames(settings.jobPrefix, runId);
  const verificationManifest = `runs/${runId}/verification.manifest`;
  const boxes = await jobFiles(labeling, runId, settings.categories, templates.boxes);
  const verification = await jobFiles(labeling, runId, VERDICTS, templates.verification);
  const run = {
    runId,
    images: images.length,
    labelingJob: boxesRequest(settings, labelingJob, boxes),
    verificationJob: verificationRequest(settings, verificationJob, {
      ...verification,
      manifestUri: files.uri(verificationManifest),
    }),
    verificationManifest,
  };
  if (images.length === 0) return run;
  await files.write(`runs/${runId}/input.manifest`, inputManifest(images));
  const items = images.map(({ image, attempt }) => ({ imageId: image.imageId, attempt }));
  await speaker.started({ runId, executionArn, images: { items } });
  await startRunIfDue(labeling, settings.minImages);
  return run;
}

async function takeImages({ queue, settings }: Labeling, runId: string): Promise<QueuedImage[]> {
  const taken = [...(await queue.claimedBy(runId))];
  const before = new Set(taken.map(({ image }) => image.imageId));
  const waiting = await queue.waiting(settings.maxImages - taken.length);
  const candidates = waiting.filter(({ image }) => !before.has(image.imageId));
  // Quickly: while this run still takes images, others that would start find them waiting, and contend for them.
  const claimed = await eachAtOnce(candidates, WRITES_AT_ONCE, ({ image }) => queue.claim(image.imageId, runId));
  return [...taken, ...candidates.filter((_, index) => claimed[index])];
}

async function jobFiles(
  { files }: Labeling,
  runId: string,
  categories: readonly string[],
  template: string,
): Promise<JobFiles> {
  const labels = { 'document-version': '2018-11-28', labels: categories.map((label) => ({ label })) };
  return {
    manifestUri: files.uri(`runs/${runId}/input.manifest`),
    categoriesUri: await files.writeByContent('categories', 'json', JSON.stringify(labels)),
    templateUri: await files.writeByContent('templates', 'liquid.html', template),
    outputUri: files.uri(`runs/${runId}/output/`),
  };
}
