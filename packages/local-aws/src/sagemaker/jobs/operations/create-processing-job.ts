import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { checkCount, checkRange, checkValues } from '../../limits.ts';
import { requireS3Uri } from '../../storage/s3-folder.ts';
import { checkName, JOB_TASK, type Jobs, unsupported } from '../jobs.ts';

export const createProcessingJob: Operation<'sagemaker', 'CreateProcessingJob', { jobs: Jobs }> = (
  input,
  _request,
  { jobs },
) => {
  const { ProcessingJobName: name = '', AppSpecification: application } = input;
  checkName('processingJobName', name);
  if (application?.ContainerEntrypoint)
    throw unsupported('ContainerEntrypoint (the command mapped to the image is the entry point)');
  const instances = input.ProcessingResources?.ClusterConfig?.InstanceCount ?? 1;
  if (instances !== 1) throw unsupported(`A job on ${instances} instances`);
  for (const { InputName, S3Input, DatasetDefinition } of input.ProcessingInputs ?? []) {
    if (!S3Input || DatasetDefinition) throw unsupported(`Input ${InputName} without S3Input`);
    const { S3Uri, LocalPath, S3InputMode = 'File', S3DataType, S3CompressionType } = S3Input;
    if (S3InputMode !== 'File') throw unsupported(`S3InputMode ${S3InputMode} of input ${InputName}`);
    if (S3DataType !== 'S3Prefix' && S3DataType !== 'ManifestFile')
      throw unsupported(`S3DataType ${S3DataType} of input ${InputName}`);
    if (S3CompressionType === 'Gzip') throw unsupported(`S3CompressionType Gzip of input ${InputName}`);
    requireS3Uri(S3Uri);
    checkPath(LocalPath);
  }
  for (const { S3Output, OutputName } of input.ProcessingOutputConfig?.Outputs ?? []) {
    if (!S3Output) throw unsupported(`Output ${OutputName} without S3Output`);
    requireS3Uri(S3Output.S3Uri);
    checkPath(S3Output.LocalPath);
  }
  checkCount('processingInputs', input.ProcessingInputs, 10);
  checkCount('processingOutputConfig.outputs', input.ProcessingOutputConfig?.Outputs, 10);
  checkCount('environment', input.Environment, 100);
  checkValues('environment', input.Environment, 256);
  checkRange('stoppingCondition.maxRuntimeInSeconds', input.StoppingCondition?.MaxRuntimeInSeconds, 1, 777_600);
  const arn = jobs.kernel.arn('sagemaker', `processing-job/${name.toLowerCase()}`);
  if (jobs.processing.get(name))
    throw new AwsError(
      'ResourceInUse',
      `Job name must be unique within an AWS account and region, and a job with this name already exists (${arn})`,
    );
  const now = jobs.kernel.clock.now();
  jobs.processing.put(name, { name, arn, input, creationTime: now, lastModifiedTime: now, status: 'InProgress' });
  jobs.tags.add(arn, input.Tags);
  jobs.kernel.outbox.add(JOB_TASK, { kind: 'processing', name });
  return { ProcessingJobArn: arn };
};

function checkPath(path: string | undefined): void {
  if (!path?.startsWith('/opt/ml/processing/') || path.split('/').includes('..'))
    throw new AwsError('ValidationException', `LocalPath ${path} must be below /opt/ml/processing`);
}
