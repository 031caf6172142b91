import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import type { TrainingJob } from './jobs.ts';

/** A training job as DescribeTrainingJob gives it. */
export function describeTrainingJob(job: TrainingJob): DescribeTrainingJobResponse {
  const { Tags: _tags, ...input } = job.input;
  const { startTime, endTime } = job;
  const seconds =
    startTime === undefined || endTime === undefined ? undefined : Math.ceil((endTime - startTime) / 1000);
  return {
    ...input,
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    ModelArtifacts: { S3ModelArtifacts: job.modelUri },
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondary,
    ...(job.failureReason !== undefined && { FailureReason: job.failureReason }),
    StoppingCondition: input.StoppingCondition,
    CreationTime: new Date(job.creationTime),
    ...(startTime !== undefined && { TrainingStartTime: new Date(startTime) }),
    ...(endTime !== undefined && { TrainingEndTime: new Date(endTime) }),
    LastModifiedTime: new Date(job.lastModifiedTime),
    SecondaryStatusTransitions: job.transitions.map(({ status, start, end, message }) => ({
      Status: status,
      StartTime: new Date(start),
      ...(end !== undefined && { EndTime: new Date(end) }),
      ...(message !== undefined && { StatusMessage: message }),
    })),
    ...(job.metrics.length > 0 && {
      FinalMetricDataList: job.metrics.map(({ name, value, at }) => ({
        MetricName: name,
        Value: value,
        Timestamp: new Date(at),
      })),
    }),
    ...(seconds !== undefined && { TrainingTimeInSeconds: seconds, BillableTimeInSeconds: seconds }),
    EnableNetworkIsolation: input.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: input.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: input.EnableManagedSpotTraining ?? false,
  };
}
