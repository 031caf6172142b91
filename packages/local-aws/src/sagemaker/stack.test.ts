import { AthenaClient, GetWorkGroupCommand } from '@aws-sdk/client-athena';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { DescribeFeatureGroupCommand, DescribePipelineCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

/** A stack as a service with a label store and a training pipeline has it. */
const template = ({ note, features = [] }: { note: string; features?: string[] }) => ({
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'stack-store' } },
    Database: {
      Type: 'AWS::Glue::Database',
      Properties: { CatalogId: { Ref: 'AWS::AccountId' }, DatabaseInput: { Name: 'stack_labels' } },
    },
    WorkGroup: {
      Type: 'AWS::Athena::WorkGroup',
      Properties: {
        Name: 'stack-labels',
        Description: note,
        WorkGroupConfiguration: {
          EnforceWorkGroupConfiguration: 'true',
          ResultConfiguration: { OutputLocation: { 'Fn::Sub': 's3://${Bucket}/results/' } },
        },
      },
    },
    Labels: {
      Type: 'AWS::SageMaker::FeatureGroup',
      Properties: {
        FeatureGroupName: 'stack-labels',
        RecordIdentifierFeatureName: 'id',
        EventTimeFeatureName: 'event_time',
        FeatureDefinitions: ['id', 'event_time', ...features].map((FeatureName) => ({
          FeatureName,
          FeatureType: 'String',
        })),
        OfflineStoreConfig: {
          S3StorageConfig: { S3Uri: { 'Fn::Sub': 's3://${Bucket}/offline' } },
          DataCatalogConfig: { Catalog: 'AwsDataCatalog', Database: { Ref: 'Database' }, TableName: 'labels' },
        },
        RoleArn: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/store' },
      },
    },
    Models: {
      Type: 'AWS::SageMaker::ModelPackageGroup',
      Properties: { ModelPackageGroupName: 'stack-detector' },
    },
    Pipeline: {
      Type: 'AWS::SageMaker::Pipeline',
      Properties: {
        PipelineName: 'stack-training',
        RoleArn: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/pipeline' },
        PipelineDefinition: {
          PipelineDefinitionBody: JSON.stringify({
            Version: '2020-12-01',
            Steps: [{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: note } }],
          }),
        },
      },
    },
  },
  Outputs: { Group: { Value: { Ref: 'Models' } } },
});

let aws: TestAws;
beforeAll(async () => {
  aws = await startAws({ openRoles: ['store', 'pipeline'] });
});
afterAll(() => aws.close());

it('is deployed, updated in place and removed as a stack', async () => {
  const cloudformation = aws.client(CloudFormationClient);
  const sagemaker = aws.client(SageMakerClient);
  const StackName = 'labels-stack';
  const reaches = async (status: string) =>
    expect
      .poll(
        async () => {
          const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
          return Stacks?.[0]?.StackStatus;
        },
        { timeout: 20_000 },
      )
      .toBe(status);
  await cloudformation.send(
    new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template({ note: 'one' })) }),
  );
  await reaches('CREATE_COMPLETE');
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  expect(Stacks?.[0]?.Outputs?.[0]?.OutputValue).toBe(
    'arn:aws:sagemaker:eu-west-1:000000000000:model-package-group/stack-detector',
  );
  const group = () => sagemaker.send(new DescribeFeatureGroupCommand({ FeatureGroupName: 'stack-labels' }));
  const made = await group();
  expect(made.FeatureGroupStatus).toBe('Created');

  const changed = template({ note: 'two', features: ['boxes'] });
  await cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody: JSON.stringify(changed) }));
  await reaches('UPDATE_COMPLETE');
  expect((await group()).CreationTime).toEqual(made.CreationTime);
  const { Table } = await aws
    .client(GlueClient)
    .send(new GetTableCommand({ DatabaseName: 'stack_labels', Name: 'labels' }));
  expect(Table?.StorageDescriptor?.Columns?.map(({ Name }) => Name)).toContain('boxes');
  const { WorkGroup } = await aws.client(AthenaClient).send(new GetWorkGroupCommand({ WorkGroup: 'stack-labels' }));
  expect(WorkGroup).toMatchObject({
    Description: 'two',
    Configuration: {
      EnforceWorkGroupConfiguration: true,
      ResultConfiguration: { OutputLocation: 's3://stack-store/results/' },
    },
  });
  const pipeline = () => sagemaker.send(new DescribePipelineCommand({ PipelineName: 'stack-training' }));
  expect((await pipeline()).PipelineDefinition).toContain('two');

  await cloudformation.send(new DeleteStackCommand({ StackName }));
  await expect
    .poll(
      async () =>
        pipeline().then(
          () => 'there',
          (error: Error) => error.name,
        ),
      { timeout: 20_000 },
    )
    .toBe('ResourceNotFound');
  await expect
    .poll(
      async () =>
        group().then(
          () => 'there',
          (error: Error) => error.name,
        ),
      { timeout: 20_000 },
    )
    .toBe('ResourceNotFound');
});
