import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import * as api from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../../test/harness.ts';
import { entries, refused } from '../testing.ts';

/** The errors of SageMaker's jobs, as the reference names them, to a real client. */
describe.skipIf(againstAws)('SageMaker refuses', () => {
  const RoleArn = 'arn:aws:iam::000000000000:role/sagemaker';
  let aws: TestAws;
  let sagemaker: api.SageMakerClient;

  const training = (more: Partial<api.CreateTrainingJobCommandInput> = {}) =>
    new api.CreateTrainingJobCommand({
      TrainingJobName: 'train',
      RoleArn,
      AlgorithmSpecification: { TrainingImage: 'none:1', TrainingInputMode: 'File' },
      OutputDataConfig: { S3OutputPath: 's3://data/out' },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
      ...more,
    });
  const algorithm = (count: number, Regex = 'a') => ({
    TrainingImage: 'none:1',
    TrainingInputMode: 'File' as const,
    MetricDefinitions: Array.from({ length: count }, (_, index) => ({ Name: `m${index}`, Regex })),
  });
  const channel = (index: number) => ({
    ChannelName: `c${index}`,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: 's3://data/in' } },
  });
  const processing = (more: Partial<api.CreateProcessingJobCommandInput> = {}) =>
    new api.CreateProcessingJobCommand({
      ProcessingJobName: 'process',
      RoleArn,
      AppSpecification: { ImageUri: 'none:1' },
      ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 } },
      ...more,
    });
  const output = (index: number, LocalPath = '/opt/ml/processing/o') => ({
    OutputName: `o${index}`,
    S3Output: { S3Uri: 's3://data/o', LocalPath, S3UploadMode: 'EndOfJob' as const },
  });

  beforeAll(async () => {
    aws = await startAws();
    sagemaker = aws.client(api.SageMakerClient);
    await aws.client(S3Client).send(new CreateBucketCommand({ Bucket: 'data' }));
    // Their image is mapped to nothing: both fail.
    await sagemaker.send(training());
    await sagemaker.send(processing());
    const status = async () =>
      (await sagemaker.send(new api.DescribeTrainingJobCommand({ TrainingJobName: 'train' }))).TrainingJobStatus;
    await vi.waitFor(async () => expect(await status()).toBe('Failed'), { timeout: 20_000 });
  });
  afterAll(() => aws.close());

  describe('training jobs', () => {
    refused(
      () => sagemaker,
      [
        ['a name that was used', () => training(), 'ResourceInUse', /unique/],
        [
          'a name with an underscore',
          () => training({ TrainingJobName: 'a_b' }),
          'ValidationException',
          /trainingJobName/,
        ],
        [
          'a name of 64 characters',
          () => training({ TrainingJobName: 'a'.repeat(64) }),
          'ValidationException',
          /trainingJobName/,
        ],
        [
          '101 hyperparameters',
          () => training({ TrainingJobName: 'a', HyperParameters: entries(101) }),
          'ValidationException',
          /hyperParameters/,
        ],
        [
          'a hyperparameter of 2,501 characters',
          () => training({ TrainingJobName: 'a', HyperParameters: { k: 'x'.repeat(2501) } }),
          'ValidationException',
          /hyperParameters\.k/,
        ],
        [
          '101 environment variables',
          () => training({ TrainingJobName: 'a', Environment: entries(101) }),
          'ValidationException',
          /environment/,
        ],
        [
          '41 metrics',
          () => training({ TrainingJobName: 'a', AlgorithmSpecification: algorithm(41) }),
          'ValidationException',
          /metricDefinitions/,
        ],
        [
          'a metric’s expression of 501 characters',
          () => training({ TrainingJobName: 'a', AlgorithmSpecification: algorithm(1, 'a'.repeat(501)) }),
          'ValidationException',
          /regex/,
        ],
        [
          'a metric’s expression that is none',
          () => training({ TrainingJobName: 'a', AlgorithmSpecification: algorithm(1, '(') }),
          'ValidationException',
          /expression \( is invalid/,
        ],
        [
          '21 channels',
          () =>
            training({
              TrainingJobName: 'a',
              InputDataConfig: Array.from({ length: 21 }, (_, index) => channel(index)),
            }),
          'ValidationException',
          /inputDataConfig/,
        ],
        [
          'spot training that waits less than it runs',
          () =>
            training({
              TrainingJobName: 'a',
              EnableManagedSpotTraining: true,
              StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 599 },
            }),
          'ValidationException',
          /MaxWaitTimeInSeconds/,
        ],
        [
          'spot training that does not say how long it waits',
          () => training({ TrainingJobName: 'a', EnableManagedSpotTraining: true }),
          'ValidationException',
          /MaxWaitTimeInSeconds is required/,
        ],
        [
          'more than one instance, by name',
          () =>
            training({
              TrainingJobName: 'a',
              ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 1 },
            }),
          'ValidationException',
          /2 instances/,
        ],
        [
          'to stop one that has ended',
          () => new api.StopTrainingJobCommand({ TrainingJobName: 'train' }),
          'ValidationException',
          /status Failed/,
        ],
        [
          'to describe one that is not there',
          () => new api.DescribeTrainingJobCommand({ TrainingJobName: 'none' }),
          'ValidationException',
          /not found/,
        ],
        [
          'to stop one that is not there',
          () => new api.StopTrainingJobCommand({ TrainingJobName: 'none' }),
          'ValidationException',
          /not found/,
        ],
      ],
    );
  });

  describe('processing jobs', () => {
    const named = { ProcessingJobName: 'a' };
    refused(
      () => sagemaker,
      [
        ['a name that was used', () => processing(), 'ResourceInUse', /unique/],
        [
          'a name with an underscore',
          () => processing({ ProcessingJobName: 'a_b' }),
          'ValidationException',
          /processingJobName/,
        ],
        [
          '11 outputs',
          () =>
            processing({
              ...named,
              ProcessingOutputConfig: { Outputs: Array.from({ length: 11 }, (_, index) => output(index)) },
            }),
          'ValidationException',
          /outputs/,
        ],
        [
          'a path outside of /opt/ml/processing',
          () => processing({ ...named, ProcessingOutputConfig: { Outputs: [output(1, '/opt/ml/model')] } }),
          'ValidationException',
          /must be below/,
        ],
        [
          'a path that leads out of it',
          () => processing({ ...named, ProcessingOutputConfig: { Outputs: [output(1, '/opt/ml/processing/../x')] } }),
          'ValidationException',
          /must be below/,
        ],
        [
          'an environment variable of 257 characters',
          () => processing({ ...named, Environment: { LONG: 'x'.repeat(257) } }),
          'ValidationException',
          /environment\.LONG/,
        ],
        [
          'a runtime above 777,600 s',
          () => processing({ ...named, StoppingCondition: { MaxRuntimeInSeconds: 777_601 } }),
          'ValidationException',
          /maxRuntimeInSeconds/,
        ],
        [
          'to describe one that is not there',
          () => new api.DescribeProcessingJobCommand({ ProcessingJobName: 'none' }),
          'ValidationException',
          /none/,
        ],
      ],
    );
  });
});
