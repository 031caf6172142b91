import { mkdir } from 'node:fs/promises';
import { AwsError } from '../../kernel/errors.ts';
import { FolderSync } from '../storage/folder-sync.ts';
import type { S3Access } from '../storage/s3-folder.ts';
import type { Container } from './container.ts';
import { findImage } from './image.ts';
import { fetchInput } from './inputs.ts';
import { jobCaller, jobEnvironment, resourceConfig } from './job-environment.ts';
import { JobFailure } from './job-failure.ts';
import { JobLog } from './job-log.ts';
import { type ProcessEnd, runProcess } from './job-process.ts';
import type { Jobs, ProcessingJob } from './jobs.ts';
import { repeatedly } from './repeatedly.ts';

/** `Continuous` outputs are put into S3 this often (ms), files at rest for `SETTLED` only. */
const UPLOAD_INTERVAL = 5000;
const SETTLED = 1000;

/** Runs a processing job in its container, from download to upload; returns how its process ended. */
export async function runProcessing(
  jobs: Jobs,
  { name, arn, input }: ProcessingJob,
  container: Container,
  stop: AbortSignal,
): Promise<ProcessEnd> {
  const { kernel } = jobs;
  const roleArn = input.RoleArn ?? '';
  const s3: S3Access = { kernel, caller: jobCaller(roleArn) };
  const { ImageUri = '', ContainerArguments = [] } = input.AppSpecification ?? {};
  const image = findImage(kernel, ImageUri);
  const { Tags: _tags, ...configuration } = input;
  await container.writeJson('/opt/ml/config/processingjobconfig.json', { ...configuration, ProcessingJobArn: arn });
  const { InstanceType = '' } = input.ProcessingResources?.ClusterConfig ?? {};
  await container.writeJson('/opt/ml/config/resourceconfig.json', resourceConfig(InstanceType));
  for (const { S3Input } of input.ProcessingInputs ?? []) {
    const { S3Uri: uri = '', LocalPath = '', S3DataType } = S3Input ?? {};
    const type = S3DataType === 'ManifestFile' ? 'ManifestFile' : 'S3Prefix';
    await fetchInput(s3, { uri, type }, container.path(LocalPath));
  }
  const outputs: { sync: FolderSync; continuous: boolean }[] = [];
  for (const { S3Output } of input.ProcessingOutputConfig?.Outputs ?? []) {
    const folder = container.path(S3Output?.LocalPath ?? '');
    await mkdir(folder, { recursive: true });
    const continuous = S3Output?.S3UploadMode === 'Continuous';
    outputs.push({ sync: new FolderSync(s3, folder, S3Output?.S3Uri ?? ''), continuous });
  }
  if (stop.aborted) return { exitCode: null, stopped: 'stopped' };
  const log = new JobLog(kernel, s3.caller, '/aws/sagemaker/ProcessingJobs', `${name}/algo-1-${kernel.clock.now()}`);
  const uploading = repeatedly(kernel, UPLOAD_INTERVAL, async () => {
    for (const { sync, continuous } of outputs) if (continuous) await sync.pass({ settled: SETTLED });
  });
  const maxRuntimeSeconds = input.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400;
  let end: ProcessEnd;
  try {
    end = await runProcess(kernel, container, {
      image,
      parameters: ContainerArguments,
      environment: { ...input.Environment, ...jobEnvironment(kernel, { roleArn, maxRuntimeSeconds }) },
      maxRuntimeSeconds,
      stop,
      onLine: (line) => log.write(line),
    });
  } finally {
    await uploading.stop();
    await log.close();
  }
  if (jobs.closing || end.exitCode !== 0) return end;
  try {
    for (const { sync } of outputs) await sync.pass();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new JobFailure(`ClientError: Failed to upload output: ${error.code}: ${error.message}`, { cause: error });
  }
  return end;
}
