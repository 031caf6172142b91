import type { Operation } from '../../../kernel/service.ts';
import { type Jobs, requireProcessingJob } from '../jobs.ts';
import { describeProcessingJob as describe } from '../processing-describe.ts';

export const describeProcessingJob: Operation<'sagemaker', 'DescribeProcessingJob', { jobs: Jobs }> = (
  { ProcessingJobName },
  _request,
  { jobs },
) => describe(requireProcessingJob(jobs, ProcessingJobName));
