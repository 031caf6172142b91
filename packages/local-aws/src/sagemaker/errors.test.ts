import * as api from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';
import { entries, type Refusal, refused } from './testing.ts';

/** SageMaker's errors besides those of its jobs, as the reference names them, to a real client. */
describe.skipIf(againstAws)('SageMaker refuses', () => {
  const RoleArn = 'arn:aws:iam::000000000000:role/sagemaker';
  const ARN = 'arn:aws:sagemaker:eu-west-1:000000000000';
  let aws: TestAws;
  let sagemaker: api.SageMakerClient;

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
    await sagemaker.send(new api.CreateModelPackageGroupCommand({ ModelPackageGroupName: 'detector' }));
    await sagemaker.send(pipeline());
    await sagemaker.send(featureGroup());
  });
  afterAll(() => aws.close());

  describe('the model registry', () => {
    const group = (ModelPackageGroupName: string) => new api.CreateModelPackageGroupCommand({ ModelPackageGroupName });
    refused(
      () => sagemaker,
      [
        ['a group that exists, whatever its case', () => group('Detector'), 'ValidationException', /already exists/],
        ['a group’s name with an underscore', () => group('a_b'), 'ValidationException', /modelPackageGroupName/],
        [
          'a group’s name of 64 characters',
          () => group('a'.repeat(64)),
          'ValidationException',
          /modelPackageGroupName/,
        ],
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
          () => modelPackage({ CustomerMetadataProperties: entries(51) }),
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
      ],
    );

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
    refused(
      () => sagemaker,
      [
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
            new api.StopPipelineExecutionCommand({
              PipelineExecutionArn: execution,
              ClientRequestToken: 'w'.repeat(32),
            }),
          'ResourceNotFound',
          /does not exist/,
        ],
      ],
    );

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
    refused(
      () => sagemaker,
      [
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
        ...['is_deleted', 'write_time', 'api_invocation_time'].map<Refusal>((name) => [
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
      ],
    );
  });

  describe('labeling', () => {
    refused(
      () => sagemaker,
      [
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
      ],
    );
  });
});
