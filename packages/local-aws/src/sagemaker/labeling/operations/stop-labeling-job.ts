import type { Operation } from '../../../kernel/service.ts';
import type { LabelingState } from '../labeling.ts';
import { jobNamed } from './describe-labeling-job.ts';

/** Nothing happens to a job that has ended. */
export const stopLabelingJob: Operation<'sagemaker', 'StopLabelingJob', { labeling: LabelingState }> = (
  input,
  _request,
  { labeling: { kernel, table, lifecycle } },
) => {
  const job = jobNamed(table, input.LabelingJobName);
  kernel.store.atomic(() => lifecycle.stop(job));
  return {};
};
