import type { Operations } from '../../kernel/service.ts';
import type { Jobs } from './jobs.ts';
import { createProcessingJob } from './operations/create-processing-job.ts';
import { createTrainingJob } from './operations/create-training-job.ts';
import { describeProcessingJob } from './operations/describe-processing-job.ts';
import { describeTrainingJob } from './operations/describe-training-job.ts';
import { listProcessingJobs } from './operations/list-processing-jobs.ts';
import { listTrainingJobs } from './operations/list-training-jobs.ts';
import { stopProcessingJob } from './operations/stop-processing-job.ts';
import { stopTrainingJob } from './operations/stop-training-job.ts';

export const jobOperations = {
  CreateProcessingJob: createProcessingJob,
  CreateTrainingJob: createTrainingJob,
  DescribeProcessingJob: describeProcessingJob,
  DescribeTrainingJob: describeTrainingJob,
  ListProcessingJobs: listProcessingJobs,
  ListTrainingJobs: listTrainingJobs,
  StopProcessingJob: stopProcessingJob,
  StopTrainingJob: stopTrainingJob,
} satisfies Operations<'sagemaker', { jobs: Jobs }>;
