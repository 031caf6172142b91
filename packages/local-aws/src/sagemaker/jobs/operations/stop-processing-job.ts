import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { type Jobs, requireProcessingJob } from '../jobs.ts';

/** The job gets SIGTERM, and 120 s to end. */
export const stopProcessingJob: Operation<'sagemaker', 'StopProcessingJob', { jobs: Jobs }> = (
  { ProcessingJobName },
  _request,
  { jobs },
) => {
  const job = requireProcessingJob(jobs, ProcessingJobName);
  if (job.status !== 'InProgress' && job.status !== 'Stopping')
    throw new AwsError(
      'ValidationException',
      `The request was rejected because the processing job is in status ${job.status}.`,
    );
  const lastModifiedTime = jobs.kernel.clock.now();
  if (job.status === 'InProgress') jobs.processing.put(job.name, { ...job, status: 'Stopping', lastModifiedTime });
  jobs.running.get(job.arn)?.abort();
  return {};
};
