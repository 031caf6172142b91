import { runTrainingJob } from '@assay/detector';
import { baseFolder } from '../container/folders.ts';

// SageMaker announces the end of a job, or of a spot instance, two minutes ahead.
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

process.exitCode = await runTrainingJob({ baseDir: baseFolder, stop: stop.signal });
