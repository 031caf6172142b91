import { homedir } from 'node:os';
import { join } from 'node:path';
import type { JobImage } from '@assay/local-aws';
import { repositoryRoot } from './repository.ts';

/** What runs on the laptop in place of the training service's container images: the same entry points, as child processes. */
export function jobImages(): Record<string, JobImage> {
  const image = (job: string): JobImage => ({
    command: [process.execPath, join(repositoryRoot, 'services', 'training', 'jobs', job, 'main.ts')],
  });
  return {
    'assay/prepare-dataset': image('prepare-dataset'),
    'assay/train-embedded': image('train-embedded'),
    'assay/train-yolov8': { ...image('train-yolov8'), environment: pythonPlaces(process.env) },
    'assay/evaluate': image('evaluate'),
  };
}

/** By these the trainer yolov8 finds its Python: jobs get neither the home folder nor the environment of this process. */
function pythonPlaces({ ASSAY_PYTHON, XDG_CACHE_HOME = join(homedir(), '.cache') }: NodeJS.ProcessEnv) {
  return { XDG_CACHE_HOME, ...(ASSAY_PYTHON && { ASSAY_PYTHON }) };
}
