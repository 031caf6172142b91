import { join } from 'node:path';
import type { JobImage } from '@assay/local-aws';
import { repositoryRoot } from './repository.ts';

/** What runs on the laptop in place of the training service's container images: the same entry points, as child processes. */
export function jobImages(): Record<string, JobImage> {
  const jobs = ['prepare-dataset', 'train-embedded', 'evaluate'];
  const image = (job: string): JobImage => ({
    command: [process.execPath, join(repositoryRoot, 'services', 'training', 'jobs', job, 'main.ts')],
  });
  return Object.fromEntries(jobs.map((job) => [`assay/${job}`, image(job)]));
}
