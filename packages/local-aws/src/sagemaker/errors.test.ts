import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import * as api from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';

/** SageMaker's errors, as the reference names them, to a real client. */
describe.skipIf(againstAws)('SageMaker refuses', () => {
  const RoleArn = 'arn:aws:iam::000000000000:role/sagemaker';
  const ARN = 'arn:aws:sagemaker:eu-west-1:000000000000';
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
  const modelPackage = (more: Partial<api.CreateModelPackageCommandInput> = {}) =>
    new api.CreateModelPackageCommand({
      ModelPackageGroupName: 'detector',
      InferenceSpecification: { Containers: [{ Image: 'i:1' }] },
      ...more,
    });
  const pipeline = (more: Partial<api.CreatePipelineCommandInput> = {}) =>
    new api.CreatePipelineCommand({
      PipelineName: 'chain',
      PipelineDefinition: JSON.stringify({
        Version: '2020-12-01',
        Parameters: [{ Name: 'P', Type: 'String', DefaultValue: 'p' }],
        Steps: [{ Name: 'F', Type: 'Fail', Arguments: { ErrorMessage: 'too weak' } }],
      }),
      RoleArn,
      ClientRequestToken: 't'.repeat(32),
      ...more,
    });
  const featureGroup = (more: Partial<api.CreateFeatureGroupCommandInput> = {}) =>
    new api.CreateFeatureGroupCommand({
      FeatureGroupName: 'labels',
      RecordIdentifierFeatureName: 'id',
      EventTimeFeatureName: 'time',
      FeatureDefinitions: features('id', 'time'),
      OnlineStoreConfig: { EnableOnlineStore: true },
      ...more,
    });
  const features = (...names: string[]) =>
    names.map((FeatureName) => ({ FeatureName, FeatureType: 'String' as const }));

  beforeAll(async () => {
    aws = await startAws();
    sagemaker = aws.client(api.SageMakerClient);
    await aws.client(S3Client).send(new CreateBucketCommand({ Bucket: 'data' }));
    await sagemaker.send(new api.CreateModelPackageGroupCommand({ ModelPackageGroupName: 'detector' }));
    await sagemaker.send(pipeline());
    await sagemaker.send(featureGroup());
    // Their image is mapped to nothing: both fail.
    await sagemaker.send(training());
    await sagemaker.send(processing());
    const status = async () =>
      (await sagemaker.send(new api.DescribeTrainingJobCommand({ TrainingJobName: 'train' }))).TrainingJobStatus;
    await vi.waitFor(async () => expect(await status()).toBe('Failed'), { timeout: 20_000 });
  });
  afterAll(() => aws.close());

  type Case = [string, () => object, string, RegExp?];
  const check = (cases: Case[]) =>
    test.each(cases)('%s', async (_what, command, name, message = /./) => {
      // Each command is one of this client's: the table has them of all kinds.
      const send = sagemaker.send.bind(sagemaker) as (command: object) => Promise<unknown>;
      await expect(send(command())).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
    });
  const long = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

  describe('training jobs', () => {
    check([
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
        () => training({ TrainingJobName: 'a', HyperParameters: long(101) }),
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
        () => training({ TrainingJobName: 'a', Environment: long(101) }),
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
          training({ TrainingJobName: 'a', InputDataConfig: Array.from({ length: 21 }, (_, index) => channel(index)) }),
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
    ]);
  });

  describe('processing jobs', () => {
    const named = { ProcessingJobName: 'a' };
    check([
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
    ]);
  });

  describe('the model registry', () => {
    const group = (ModelPackageGroupName: string) => new api.CreateModelPackageGroupCommand({ ModelPackageGroupName });
    check([
      ['a group that exists, whatever its case', () => group('Detector'), 'ValidationException', /already exists/],
      ['a group’s name with an underscore', () => group('a_b'), 'ValidationException', /modelPackageGroupName/],
      ['a group’s name of 64 characters', () => group('a'.repeat(64)), 'ValidationException', /modelPackageGroupName/],
      [
        'a package of an unknown group',
        () => modelPackage({ ModelPackageGroupName: 'none' }),
        'ValidationException',
        /does not exist/,
      ],
      [
        'a package with both kinds of names',
        () => modelPackage({ ModelPackageName: 'x' }),
        'ValidationException',
        /Both/,
      ],
      [
        'a package without a container',
        () => modelPackage({ InferenceSpecification: { Containers: [] } }),
        'ValidationException',
        /container/,
      ],
      [
        'a package with 16 containers',
        () => modelPackage({ InferenceSpecification: { Containers: Array(16).fill({ Image: 'i:1' }) } }),
        'ValidationException',
        /containers/,
      ],
      [
        '51 properties',
        () => modelPackage({ CustomerMetadataProperties: long(51) }),
        'ValidationException',
        /customerMetadataProperties/,
      ],
      [
        'a property of 257 characters',
        () => modelPackage({ CustomerMetadataProperties: { k: 'x'.repeat(257) } }),
        'ValidationException',
        /customerMetadataProperties\.k/,
      ],
      [
        'an empty property',
        () => modelPackage({ CustomerMetadataProperties: { k: '' } }),
        'ValidationException',
        /customerMetadataProperties\.k/,
      ],
      [
        'to describe a package that is not there',
        () => new api.DescribeModelPackageCommand({ ModelPackageName: `${ARN}:model-package/detector/9` }),
        'ValidationException',
        /does not exist/,
      ],
      [
        'to approve a package that is not there',
        () =>
          new api.UpdateModelPackageCommand({
            ModelPackageArn: `${ARN}:model-package/detector/9`,
            ModelApprovalStatus: 'Approved',
          }),
        'ValidationException',
        /does not exist/,
      ],
      [
        'to delete a group that is not there',
        () => new api.DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'none' }),
        'ValidationException',
        /does not exist/,
      ],
    ]);

    test('but lets an approval change in any way', async () => {
      const { ModelPackageArn } = await sagemaker.send(modelPackage());
      const states = ['PendingManualApproval', 'Approved', 'Rejected'] as const;
      for (const from of states)
        for (const ModelApprovalStatus of [from, ...states]) {
          await sagemaker.send(new api.UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus }));
          const found = await sagemaker.send(
            new api.DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }),
          );
          expect(found.ModelApprovalStatus).toBe(ModelApprovalStatus);
        }
    });
  });

  describe('pipelines', () => {
    const start = (more: Partial<api.StartPipelineExecutionCommandInput>) =>
      new api.StartPipelineExecutionCommand({ PipelineName: 'chain', ClientRequestToken: 'u'.repeat(32), ...more });
    const execution = `${ARN}:pipeline/chain/execution/abcdefghijkl`;
    check([
      ['a name that exists', () => pipeline({ ClientRequestToken: 'v'.repeat(32) }), 'ValidationException', /unique/],
      ['a name with an underscore', () => pipeline({ PipelineName: 'a_b' }), 'ValidationException', /pipelineName/],
      [
        'neither a definition nor its location',
        () => pipeline({ PipelineName: 'a', PipelineDefinition: undefined }),
        'ValidationException',
        /must be provided/,
      ],
      [
        'a definition of more than 1 MiB',
        () => pipeline({ PipelineName: 'a', PipelineDefinition: ' '.repeat(1_048_577) }),
        'ValidationException',
        /pipelineDefinition/,
      ],
      [
        'a definition that is no JSON',
        () => pipeline({ PipelineName: 'a', PipelineDefinition: '{' }),
        'ValidationException',
        /Unable to parse/,
      ],
      ['to start one that is not there', () => start({ PipelineName: 'none' }), 'ResourceNotFound', /none/],
      [
        'a token of fewer than 32 characters',
        () => start({ ClientRequestToken: 'short' }),
        'ValidationException',
        /clientRequestToken/,
      ],
      [
        'a display name with an underscore',
        () => start({ PipelineExecutionDisplayName: 'a_b' }),
        'ValidationException',
        /DisplayName/,
      ],
      [
        'a display name of 83 characters',
        () => start({ PipelineExecutionDisplayName: 'a'.repeat(83) }),
        'ValidationException',
        /DisplayName/,
      ],
      [
        'a parameter of 1,025 characters',
        () => start({ PipelineParameters: [{ Name: 'P', Value: 'x'.repeat(1025) }] }),
        'ValidationException',
        /pipelineParameters\.P/,
      ],
      [
        'a parameter that is not defined',
        () => start({ PipelineParameters: [{ Name: 'Q', Value: 'x' }] }),
        'ValidationException',
        /\[Q\] are not defined/,
      ],
      [
        'to describe one that is not there',
        () => new api.DescribePipelineCommand({ PipelineName: 'none' }),
        'ResourceNotFound',
        /none/,
      ],
      [
        'to describe an execution that is not there',
        () => new api.DescribePipelineExecutionCommand({ PipelineExecutionArn: execution }),
        'ResourceNotFound',
        /does not exist/,
      ],
      [
        'to stop an execution that is not there',
        () =>
          new api.StopPipelineExecutionCommand({ PipelineExecutionArn: execution, ClientRequestToken: 'w'.repeat(32) }),
        'ResourceNotFound',
        /does not exist/,
      ],
    ]);

    test('to stop or to retry an execution that a Fail step ended, which has the step’s words', async () => {
      const { PipelineExecutionArn } = await sagemaker.send(start({ ClientRequestToken: 'x'.repeat(32) }));
      const look = () => sagemaker.send(new api.DescribePipelineExecutionCommand({ PipelineExecutionArn }));
      await expect.poll(async () => (await look()).PipelineExecutionStatus, { timeout: 20_000 }).toBe('Failed');
      expect((await look()).FailureReason).toBe('Step failure: One or multiple steps failed.');
      const { PipelineExecutionSteps } = await sagemaker.send(
        new api.ListPipelineExecutionStepsCommand({ PipelineExecutionArn }),
      );
      expect(PipelineExecutionSteps).toMatchObject([
        { StepName: 'F', StepStatus: 'Failed', Metadata: { Fail: { ErrorMessage: 'too weak' } } },
      ]);
      const input = { PipelineExecutionArn, ClientRequestToken: 'y'.repeat(32) };
      await expect(sagemaker.send(new api.StopPipelineExecutionCommand(input))).rejects.toMatchObject({
        name: 'ConflictException',
      });
      await expect(sagemaker.send(new api.RetryPipelineExecutionCommand(input))).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringContaining('Fail step'),
      });
    });
  });

  describe('feature groups', () => {
    const named = { FeatureGroupName: 'a' };
    const numbers = (FeatureType: 'Integral' | 'Fractional') => [
      ...features('id'),
      { FeatureName: 'time', FeatureType },
    ];
    check([
      ['a name that exists, whatever its case', () => featureGroup({ FeatureGroupName: 'LABELS' }), 'ResourceInUse'],
      [
        'a name that begins with a hyphen',
        () => featureGroup({ FeatureGroupName: '-a' }),
        'ValidationException',
        /featureGroupName/,
      ],
      [
        'a name of 65 characters',
        () => featureGroup({ FeatureGroupName: 'a'.repeat(65) }),
        'ValidationException',
        /featureGroupName/,
      ],
      [
        'an identifier that is no feature',
        () => featureGroup({ ...named, RecordIdentifierFeatureName: 'x' }),
        'ValidationException',
        /RecordIdentifierFeatureName x/,
      ],
      [
        'an event time that is no feature',
        () => featureGroup({ ...named, EventTimeFeatureName: 'x' }),
        'ValidationException',
        /EventTimeFeatureName x/,
      ],
      [
        'an event time of type Integral',
        () => featureGroup({ ...named, FeatureDefinitions: numbers('Integral') }),
        'ValidationException',
        /String or Fractional/,
      ],
      ...['is_deleted', 'write_time', 'api_invocation_time'].map<Case>((name) => [
        `the reserved feature ${name}`,
        () => featureGroup({ ...named, FeatureDefinitions: features('id', 'time', name) }),
        'ValidationException',
        /reserved/,
      ]),
      [
        'a feature that is there twice',
        () => featureGroup({ ...named, FeatureDefinitions: features('id', 'time', 'Time') }),
        'ValidationException',
        /twice/,
      ],
      [
        'a feature’s name with a space',
        () => featureGroup({ ...named, FeatureDefinitions: features('id', 'time', 'a b') }),
        'ValidationException',
        /must match/,
      ],
      [
        '2,501 features',
        () =>
          featureGroup({
            ...named,
            FeatureDefinitions: features('id', 'time', ...Array.from({ length: 2499 }, (_, index) => `f${index}`)),
          }),
        'ValidationException',
        /2500/,
      ],
      [
        'neither store',
        () => featureGroup({ ...named, OnlineStoreConfig: undefined }),
        'ValidationException',
        /At least one/,
      ],
      [
        'an offline store without a role',
        () => featureGroup({ ...named, OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://data/f' } } }),
        'ValidationException',
        /RoleArn/,
      ],
      [
        'Iceberg, by name',
        () =>
          featureGroup({
            ...named,
            RoleArn,
            OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://data/f' }, TableFormat: 'Iceberg' },
          }),
        'ValidationException',
        /Iceberg/,
      ],
      [
        'to describe one that is not there',
        () => new api.DescribeFeatureGroupCommand({ FeatureGroupName: 'none' }),
        'ResourceNotFound',
        /none/,
      ],
    ]);
  });

  describe('labeling', () => {
    check([
      [
        'to describe a job that is not there',
        () => new api.DescribeLabelingJobCommand({ LabelingJobName: 'none' }),
        'ResourceNotFound',
        /none/,
      ],
      [
        'to stop a job that is not there',
        () => new api.StopLabelingJobCommand({ LabelingJobName: 'none' }),
        'ResourceNotFound',
        /none/,
      ],
      [
        'to describe a team that is not there',
        () => new api.DescribeWorkteamCommand({ WorkteamName: 'none' }),
        'ValidationException',
        /none/,
      ],
    ]);
  });
});
