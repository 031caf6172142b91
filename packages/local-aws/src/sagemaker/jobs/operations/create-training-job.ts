import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { checkCount, checkLength, checkValues } from '../../limits.ts';
import { requireS3Uri } from '../../storage/s3-folder.ts';
import { joinS3Uri } from '../../storage/s3-uri.ts';
import { checkName, JOB_TASK, type Jobs, type TrainingJob, unsupported } from '../jobs.ts';
import { advanceTraining } from '../training-status.ts';

export const createTrainingJob: Operation<'sagemaker', 'CreateTrainingJob', { jobs: Jobs }> = (
  input,
  _request,
  { jobs },
) => {
  const { TrainingJobName: name = '', AlgorithmSpecification: algorithm } = input;
  checkName('trainingJobName', name);
  if (!algorithm?.TrainingImage) throw unsupported('A training job without AlgorithmSpecification.TrainingImage');
  if (algorithm.ContainerEntrypoint)
    throw unsupported('ContainerEntrypoint (the command mapped to the image is the entry point)');
  const instances = input.ResourceConfig?.InstanceCount ?? 1;
  if (instances !== 1) throw unsupported(`A job on ${instances} instances`);
  for (const { ChannelName, DataSource, InputMode, CompressionType } of input.InputDataConfig ?? []) {
    const mode = InputMode ?? algorithm.TrainingInputMode;
    if (mode !== 'File' && mode !== 'FastFile') throw unsupported(`Input mode ${mode} of channel ${ChannelName}`);
    const source = DataSource?.S3DataSource;
    if (source?.S3DataType !== 'S3Prefix' && source?.S3DataType !== 'ManifestFile')
      throw unsupported(`Data source ${source?.S3DataType} of channel ${ChannelName}`);
    if (CompressionType === 'Gzip') throw unsupported(`CompressionType Gzip of channel ${ChannelName}`);
    requireS3Uri(source.S3Uri);
  }
  const output = input.OutputDataConfig?.S3OutputPath ?? '';
  requireS3Uri(output);
  for (const { Regex = '' } of algorithm.MetricDefinitions ?? []) checkExpression(Regex);
  checkLimits(input);
  const arn = jobs.kernel.arn('sagemaker', `training-job/${name.toLowerCase()}`);
  if (jobs.training.get(name))
    throw new AwsError(
      'ResourceInUse',
      `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
    );
  const now = jobs.kernel.clock.now();
  const job: TrainingJob = {
    name,
    arn,
    input,
    creationTime: now,
    lastModifiedTime: now,
    status: 'InProgress',
    secondary: 'Starting',
    transitions: [],
    metrics: [],
    modelUri: joinS3Uri(output, name, 'output', 'model.tar.gz'),
  };
  jobs.training.put(name, job);
  jobs.tags.add(arn, input.Tags);
  advanceTraining(jobs, name, 'Starting');
  jobs.kernel.outbox.add(JOB_TASK, { kind: 'training', name });
  return { TrainingJobArn: arn };
};

function checkLimits(input: CreateTrainingJobRequest): void {
  checkCount('hyperParameters', input.HyperParameters, 100);
  checkValues('hyperParameters', input.HyperParameters, 2500);
  checkCount('environment', input.Environment, 100);
  checkCount('inputDataConfig', input.InputDataConfig, 20);
  checkCount('algorithmSpecification.metricDefinitions', input.AlgorithmSpecification?.MetricDefinitions, 40);
  const { MaxRuntimeInSeconds: runtime = 86_400, MaxWaitTimeInSeconds: wait } = input.StoppingCondition ?? {};
  if (input.EnableManagedSpotTraining && wait === undefined)
    throw new AwsError(
      'ValidationException',
      'MaxWaitTimeInSeconds is required when EnableManagedSpotTraining is true.',
    );
  if (!input.EnableManagedSpotTraining && wait !== undefined)
    throw new AwsError('ValidationException', 'MaxWaitTimeInSeconds needs EnableManagedSpotTraining to be true.');
  if (wait !== undefined && wait < runtime)
    throw new AwsError(
      'ValidationException',
      `MaxWaitTimeInSeconds (${wait}) must be greater than or equal to MaxRuntimeInSeconds (${runtime}).`,
    );
}

function checkExpression(expression: string): void {
  checkLength('metricDefinitions.regex', expression, 500, 1);
  try {
    new RegExp(expression);
  } catch (cause) {
    throw new AwsError('ValidationException', `The metric's regular expression ${expression} is invalid.`, { cause });
  }
}
