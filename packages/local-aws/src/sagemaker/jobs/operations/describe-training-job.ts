import type { Operation } from '../../../kernel/service.ts';
import { type Jobs, requireTrainingJob } from '../jobs.ts';
import { describeTrainingJob as describe } from '../training-describe.ts';

export const describeTrainingJob: Operation<'sagemaker', 'DescribeTrainingJob', { jobs: Jobs }> = (
  { TrainingJobName },
  _request,
  { jobs },
) => describe(requireTrainingJob(jobs, TrainingJobName));
