import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../test/harness.ts';

const script = (code: string) => ({ command: [process.execPath, '--input-type=module', '-e', code, '--'] });

const images = {
  'test/process': script(`
    import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
    const base = process.env.SAGEMAKER_BASE_DIR;
    const config = JSON.parse(readFileSync(base + '/config/processingjobconfig.json', 'utf8'));
    const input = base + '/processing/input/raw';
    const found = readdirSync(input, { recursive: true }).sort();
    writeFileSync(base + '/processing/output/report/report.json', JSON.stringify({
      found, text: readFileSync(input + '/a.txt', 'utf8'), inputs: config.ProcessingInputs.length,
      arguments: process.argv.slice(1), key: process.env.AWS_ACCESS_KEY_ID?.slice(0, 4), region: process.env.AWS_REGION,
      endpoint: process.env.AWS_ENDPOINT_URL, home: process.env.HOME !== undefined, own: process.env.OWN,
    }));
    writeFileSync(base + '/output/message', 'counted');`),
  'test/fail': script(`
    import { writeFileSync } from 'node:fs';
    writeFileSync(process.env.SAGEMAKER_BASE_DIR + '/output/failure', 'no labels in the data');
    process.exit(3);`),
  'test/killed': script('process.kill(process.pid, "SIGKILL")'),
  'test/train': script(`
    import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
    const base = process.env.SAGEMAKER_BASE_DIR;
    const parameters = JSON.parse(readFileSync(base + '/input/config/hyperparameters.json', 'utf8'));
    const channels = JSON.parse(readFileSync(base + '/input/config/inputdataconfig.json', 'utf8'));
    console.log('loss=0.5;'); console.log('loss=0.25;');
    writeFileSync(base + '/model/model.txt', JSON.stringify({ parameters, channels,
      data: readdirSync(base + '/input/data/train'), resumed: readdirSync(base + '/checkpoints'), mode: process.argv.at(-1) }));
    writeFileSync(base + '/checkpoints/epoch-2', 'two');`),
  'test/endless': script(`
    import { writeFileSync } from 'node:fs';
    const base = process.env.SAGEMAKER_BASE_DIR;
    process.on('SIGTERM', () => { writeFileSync(base + '/model/stopped.txt', 'in time'); process.exit(0); });
    console.log('waiting');
    setInterval(() => {}, 1000);`),
};

const image = (name: string) => `000000000000.dkr.ecr.eu-west-1.amazonaws.com/test/${name}:1`;
const RoleArn = 'arn:aws:iam::000000000000:role/jobs';

describe('SageMaker jobs', () => {
  let aws: TestAws;
  let sagemaker: SageMakerClient;
  let s3: S3Client;
  const text = async (Key: string) =>
    (await s3.send(new GetObjectCommand({ Bucket: 'job-data', Key }))).Body?.transformToString();
  const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'job-data', Key, Body }));

  beforeAll(async () => {
    aws = await startAws({ images, openRoles: ['jobs'] });
    sagemaker = aws.client(SageMakerClient);
    s3 = aws.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'job-data' }));
    await put('raw/a.txt', 'first');
    await put('raw/deep/b.txt', 'second');
    await put('train/part.txt', 'part');
    await put('list.manifest', JSON.stringify([{ prefix: 's3://job-data/raw/' }, 'a.txt']));
  });
  afterAll(() => aws.close());

  const processing = (name: string, more: Partial<CreateProcessingJobCommandInput> = {}) =>
    sagemaker.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: name,
        RoleArn,
        AppSpecification: { ImageUri: image('process'), ContainerArguments: ['--all'] },
        ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 10 } },
        ...more,
      }),
    );
  const inputs = (S3Uri: string, S3DataType: 'S3Prefix' | 'ManifestFile') => [
    {
      InputName: 'raw',
      S3Input: { S3Uri, LocalPath: '/opt/ml/processing/input/raw', S3DataType, S3InputMode: 'File' as const },
    },
  ];
  const outputs = (prefix: string) => ({
    Outputs: [
      {
        OutputName: 'report',
        S3Output: {
          S3Uri: `s3://job-data/${prefix}`,
          LocalPath: '/opt/ml/processing/output/report',
          S3UploadMode: 'EndOfJob' as const,
        },
      },
    ],
  });
  const processed = async (ProcessingJobName: string) => {
    const look = () => sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName }));
    await expect.poll(async () => (await look()).ProcessingJobStatus, { timeout: 20_000 }).not.toBe('InProgress');
    return look();
  };

  it('runs a processing job on its inputs and uploads its outputs', async () => {
    await processing('count', {
      ProcessingInputs: inputs('s3://job-data/raw', 'S3Prefix'),
      ProcessingOutputConfig: outputs('out/count'),
      Environment: { OWN: 'yes' },
    });
    expect(await processed('count')).toMatchObject({ ProcessingJobStatus: 'Completed', ExitMessage: 'counted' });
    expect(JSON.parse((await text('out/count/report.json')) ?? '')).toEqual({
      found: ['a.txt', 'deep', 'deep/b.txt'],
      text: 'first',
      inputs: 1,
      arguments: ['--all'],
      key: 'ASIA',
      region: 'eu-west-1',
      endpoint: aws.endpoint,
      home: true,
      own: 'yes',
    });
  });

  it('fetches only what a manifest names', async () => {
    await processing('listed', {
      ProcessingInputs: inputs('s3://job-data/list.manifest', 'ManifestFile'),
      ProcessingOutputConfig: outputs('out/listed'),
    });
    await processed('listed');
    expect(JSON.parse((await text('out/listed/report.json')) ?? '').found).toEqual(['a.txt']);
  });

  it.each<[string, string[]]>([
    ['a zero byte', ['a\0b']],
    ['a part of 256 bytes', ['x'.repeat(256)]],
    ['a part that is another file', ['a', 'a/b']],
  ])('fails with the key when %s keeps it from being a file', async (_what, keys) => {
    const name = `awkward-${keys.length}-${keys[0]?.length}`;
    for (const key of keys) await put(`${name}/${key}`, 'x');
    await processing(name, { ProcessingInputs: inputs(`s3://job-data/${name}/`, 'S3Prefix') });
    expect(await processed(name)).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: expect.stringMatching(
        new RegExp(`^ClientError: Data download failed:ValidationException: The key "${name}.* cannot be a file: `),
      ),
    });
  });

  it('fails with the job’s own words', async () => {
    await processing('broken', { AppSpecification: { ImageUri: image('fail') } });
    expect(await processed('broken')).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: no labels in the data, exit code: 3',
    });
  });

  it('says so when a job is killed', async () => {
    await processing('killed', { AppSpecification: { ImageUri: image('killed') } });
    expect(await processed('killed')).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: See job logs for more information, exit code: 137',
    });
    await training('killed', { AlgorithmSpecification: { TrainingImage: image('killed'), TrainingInputMode: 'File' } });
    expect(await trained('killed')).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: See job logs for more information, exit code: 137',
    });
  });

  it('names the image that nothing is mapped to, and the inputs that are missing', async () => {
    await processing('no-image', { AppSpecification: { ImageUri: image('absent') } });
    expect((await processed('no-image')).FailureReason).toContain("images: { 'test/absent': { command: ['…'] } }");
    await processing('no-input', { ProcessingInputs: inputs('s3://job-data/nothing/', 'S3Prefix') });
    expect((await processed('no-input')).FailureReason).toContain(
      'No S3 objects found under S3 URL "s3://job-data/nothing/"',
    );
  });

  it('refuses a name that was used', async () => {
    await expect(processing('count')).rejects.toMatchObject({ name: 'ResourceInUse' });
  });

  const training = (name: string, more: Partial<CreateTrainingJobCommandInput> = {}) =>
    sagemaker.send(
      new CreateTrainingJobCommand({
        TrainingJobName: name,
        RoleArn,
        AlgorithmSpecification: {
          TrainingImage: image('train'),
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'loss', Regex: 'loss=([0-9.]+);' }],
        },
        HyperParameters: { epochs: '3' },
        InputDataConfig: [
          {
            ChannelName: 'train',
            DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://job-data/train/' } },
          },
        ],
        OutputDataConfig: { S3OutputPath: 's3://job-data/models/' },
        ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
        StoppingCondition: { MaxRuntimeInSeconds: 600 },
        ...more,
      }),
    );
  const look = (TrainingJobName: string) => sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
  const trained = async (name: string) => {
    await expect
      .poll(async () => (await look(name)).TrainingJobStatus, { timeout: 20_000 })
      .toMatch(/Completed|Failed|Stopped/);
    return look(name);
  };

  it('fails when a path leads out of /opt/ml', async () => {
    const LocalPath = '/opt/ml/checkpoints/../../../out';
    await training('out', { CheckpointConfig: { S3Uri: 's3://job-data/checkpoints/out/', LocalPath } });
    expect(await trained('out')).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason: `ClientError: The path ${LocalPath} must be below /opt/ml`,
    });
  });

  it('trains under the contract of /opt/ml, packs the model, keeps metrics and checkpoints', async () => {
    await put('checkpoints/t/epoch-1', 'one');
    await training('t', { CheckpointConfig: { S3Uri: 's3://job-data/checkpoints/t/' } });
    const job = await trained('t');
    expect(job).toMatchObject({
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: 's3://job-data/models/t/output/model.tar.gz' },
      FinalMetricDataList: [{ MetricName: 'loss', Value: 0.25 }],
    });
    expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
      'Starting',
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ]);
    expect(JSON.parse((await modelFiles('t')).get('model.txt') ?? '')).toEqual({
      parameters: { epochs: '3' },
      channels: {
        train: { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' },
      },
      data: ['part.txt'],
      resumed: ['epoch-1'],
      mode: 'train',
    });
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'job-data', Prefix: 'checkpoints/t/' }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['checkpoints/t/epoch-1', 'checkpoints/t/epoch-2']);
    const { TrainingJobSummaries } = await sagemaker.send(new ListTrainingJobsCommand({ NameContains: 't' }));
    expect(TrainingJobSummaries?.[0]).toMatchObject({ TrainingJobName: 't', TrainingJobStatus: 'Completed' });
  });

  async function modelFiles(job: string): Promise<Map<string, string>> {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: 'job-data', Key: `models/${job}/output/model.tar.gz` }),
    );
    const files = new Map<string, string>();
    const unpack = extract();
    unpack.end(gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()));
    for await (const entry of unpack) {
      let content = '';
      for await (const chunk of entry) content += chunk;
      files.set(entry.header.name, content);
    }
    return files;
  }

  it('lets a stopped job end in time, and uploads its model', async () => {
    await training('s', { AlgorithmSpecification: { TrainingImage: image('endless'), TrainingInputMode: 'File' } });
    await expect.poll(async () => (await look('s')).SecondaryStatus, { timeout: 20_000 }).toBe('Training');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 's' }));
    expect((await look('s')).TrainingJobStatus).toBe('Stopping');
    expect(await trained('s')).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
    expect([...(await modelFiles('s')).keys()]).toEqual(['stopped.txt']);
  });

  it('ends a job that exceeds its runtime', async () => {
    await training('slow', {
      AlgorithmSpecification: { TrainingImage: image('endless'), TrainingInputMode: 'File' },
      StoppingCondition: { MaxRuntimeInSeconds: 1 },
    });
    expect(await trained('slow')).toMatchObject({
      TrainingJobStatus: 'Stopped',
      SecondaryStatus: 'MaxRuntimeExceeded',
    });
  });

  it('starts an interrupted job again after a restart', async () => {
    await training('again', { AlgorithmSpecification: { TrainingImage: image('endless'), TrainingInputMode: 'File' } });
    await expect.poll(async () => (await look('again')).SecondaryStatus, { timeout: 20_000 }).toBe('Training');
    await aws.restart();
    const statuses = async () => (await look('again')).SecondaryStatusTransitions?.map(({ Status }) => Status);
    await expect
      .poll(statuses, { timeout: 20_000 })
      .toEqual(['Starting', 'Downloading', 'Training', 'Interrupted', 'Starting', 'Downloading', 'Training']);
    await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'again' }));
    await trained('again');
  });

  it('sweeps away what is left of a job when a crash came right after its end', async () => {
    const folder = join(aws.dataDir, 'sagemaker', 'training');
    await mkdir(join(folder, 'again', 'run'), { recursive: true });
    aws.aws.kernel.outbox.add('sagemaker:job', { kind: 'training', name: 'again' });
    await expect.poll(() => readdir(folder)).toEqual([]);
  });
});
