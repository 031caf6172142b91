import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { type Jobs, requireTrainingJob } from '../jobs.ts';
import { advanceTraining } from '../training-status.ts';

/** The job gets SIGTERM, and 120 s to end; its model is uploaded. */
export const stopTrainingJob: Operation<'sagemaker', 'StopTrainingJob', { jobs: Jobs }> = (
  { TrainingJobName },
  _request,
  { jobs },
) => {
  const job = requireTrainingJob(jobs, TrainingJobName);
  if (job.status !== 'InProgress' && job.status !== 'Stopping')
    throw new AwsError(
      'ValidationException',
      `The request was rejected because the training job is in status ${job.status}.`,
    );
  if (job.status === 'InProgress') advanceTraining(jobs, job.name, 'Stopping', { status: 'Stopping' });
  jobs.running.get(job.arn)?.abort();
  return {};
};
