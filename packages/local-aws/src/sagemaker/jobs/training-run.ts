import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsError } from '../../kernel/errors.ts';
import { packFolder } from '../storage/archive.ts';
import { FolderSync } from '../storage/folder-sync.ts';
import { download, listObjects, nameBelow, requireS3Uri, type S3Access, upload } from '../storage/s3-folder.ts';
import { joinS3Uri } from '../storage/s3-uri.ts';
import type { Container } from './container.ts';
import { findImage } from './image.ts';
import { fetchInput } from './inputs.ts';
import { jobCaller, jobEnvironment, resourceConfig } from './job-environment.ts';
import { algorithmError, JobFailure } from './job-failure.ts';
import { JobLog } from './job-log.ts';
import { type ProcessEnd, runProcess } from './job-process.ts';
import type { Jobs, TrainingJob } from './jobs.ts';
import { metricReader } from './metrics.ts';
import { repeatedly } from './repeatedly.ts';
import { advanceTraining } from './training-status.ts';

/** Checkpoints are put into S3 this often (ms), files at rest for `SETTLED` only. */
const CHECKPOINT_INTERVAL = 2000;
const SETTLED = 1000;

/** Runs a training job in its container, from download to upload; returns how its process ended. */
export async function runTraining(
  jobs: Jobs,
  job: TrainingJob,
  container: Container,
  stop: AbortSignal,
): Promise<ProcessEnd> {
  const { kernel } = jobs;
  const { input, name } = job;
  const roleArn = input.RoleArn ?? '';
  const s3: S3Access = { kernel, caller: jobCaller(roleArn) };
  const image = findImage(kernel, input.AlgorithmSpecification?.TrainingImage ?? '');
  advanceTraining(jobs, name, 'Downloading', { startTime: job.startTime ?? kernel.clock.now() });
  await prepare(s3, job, container);
  const checkpoints = await restoreCheckpoints(s3, job, container);
  if (stop.aborted) return { exitCode: null, stopped: 'stopped' };
  advanceTraining(jobs, name, 'Training');
  const log = new JobLog(kernel, s3.caller, '/aws/sagemaker/TrainingJobs', `${name}/algo-1-${kernel.clock.now()}`);
  const metrics = metricReader(input.AlgorithmSpecification?.MetricDefinitions);
  const saving = checkpoints && repeatedly(kernel, CHECKPOINT_INTERVAL, () => checkpoints.pass({ settled: SETTLED }));
  const maxRuntimeSeconds = input.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400;
  const { ContainerArguments, MetricDefinitions } = input.AlgorithmSpecification ?? {};
  let end: ProcessEnd;
  try {
    end = await runProcess(kernel, container, {
      image,
      parameters: ContainerArguments ?? ['train'],
      environment: {
        ...input.Environment,
        ...jobEnvironment(kernel, { roleArn, maxRuntimeSeconds }),
        TRAINING_JOB_NAME: name,
        TRAINING_JOB_ARN: job.arn,
      },
      maxRuntimeSeconds,
      stop,
      onLine(line) {
        log.write(line);
        if (MetricDefinitions) metrics.read(line, kernel.clock.now());
      },
    });
  } finally {
    await saving?.stop();
    await log.close();
  }
  if (jobs.closing) return end;
  await checkpoints?.pass();
  const stored = jobs.training.get(name);
  if (stored) jobs.training.put(name, { ...stored, metrics: metrics.final() });
  if (end.exitCode !== 0 && end.stopped === undefined) throw new JobFailure(await reason(container, end));
  await uploadResults(jobs, s3, job, container);
  return end;
}

async function prepare(s3: S3Access, { input }: TrainingJob, container: Container): Promise<void> {
  const config = '/opt/ml/input/config';
  const channels = input.InputDataConfig ?? [];
  await container.writeJson(`${config}/hyperparameters.json`, input.HyperParameters ?? {});
  await container.writeJson(`${config}/resourceconfig.json`, resourceConfig(input.ResourceConfig?.InstanceType ?? ''));
  await container.writeJson(
    `${config}/inputdataconfig.json`,
    Object.fromEntries(
      channels.map((channel) => [
        channel.ChannelName,
        {
          ...(channel.ContentType !== undefined && { ContentType: channel.ContentType }),
          TrainingInputMode: channel.InputMode ?? input.AlgorithmSpecification?.TrainingInputMode ?? 'File',
          S3DistributionType: channel.DataSource?.S3DataSource?.S3DataDistributionType ?? 'FullyReplicated',
          RecordWrapperType: channel.RecordWrapperType ?? 'None',
        },
      ]),
    ),
  );
  for (const { ChannelName, DataSource } of channels) {
    const { S3Uri: uri = '', S3DataType } = DataSource?.S3DataSource ?? {};
    const type = S3DataType === 'ManifestFile' ? 'ManifestFile' : 'S3Prefix';
    await fetchInput(s3, { uri, type }, container.path(`/opt/ml/input/data/${ChannelName}`));
  }
}

/** Brings earlier checkpoints back, and gives what keeps them in S3. */
async function restoreCheckpoints(s3: S3Access, { input }: TrainingJob, container: Container) {
  const { S3Uri, LocalPath = '/opt/ml/checkpoints' } = input.CheckpointConfig ?? {};
  if (S3Uri === undefined) return undefined;
  const folder = container.path(LocalPath);
  try {
    await download(s3, await listObjects(s3, S3Uri), folder, nameBelow(requireS3Uri(S3Uri).key.replace(/\/$/, '')));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new JobFailure(`ClientError: Checkpoints cannot be read from ${S3Uri}: ${error.code}: ${error.message}`, {
      cause: error,
    });
  }
  const sync = new FolderSync(s3, folder, S3Uri);
  await sync.adopt();
  return sync;
}

/** The model is uploaded also when the job was stopped; other output only when there is some. */
async function uploadResults(jobs: Jobs, s3: S3Access, job: TrainingJob, container: Container): Promise<void> {
  advanceTraining(jobs, job.name, 'Uploading');
  const output = joinS3Uri(job.input.OutputDataConfig?.S3OutputPath ?? '', job.name, 'output');
  const archive = join(container.temporaryDir, 'archive.tar.gz');
  try {
    await packFolder(container.path('/opt/ml/model'), archive);
    await upload(s3, archive, joinS3Uri(output, 'model.tar.gz'));
    const data = await packFolder(container.path('/opt/ml/output/data'), archive);
    if (data > 0) await upload(s3, archive, joinS3Uri(output, 'output.tar.gz'));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new JobFailure(`ClientError: Artifact upload failed: ${error.code}: ${error.message}, uri: ${output}`, {
      cause: error,
    });
  } finally {
    await rm(archive, { force: true });
  }
}

/** The job's own words are in `/opt/ml/output/failure`. */
async function reason(container: Container, { exitCode }: ProcessEnd): Promise<string> {
  return algorithmError(await container.read('/opt/ml/output/failure'), exitCode);
}
