import { AthenaClient, GetQueryExecutionCommand } from '@aws-sdk/client-athena';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetItemCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateDeploymentCommand, GreengrassV2Client } from '@aws-sdk/client-greengrassv2';
import { DeleteRolePolicyCommand, GetRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { DescribeThingCommand, IoTClient } from '@aws-sdk/client-iot';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { PutRecordCommand, SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRole, startAws, type TestAws } from '../../test/harness.ts';

const ACCOUNT = '000000000000';
const HERE = `eu-west-1:${ACCOUNT}`;
const ME = `arn:aws:sts::${ACCOUNT}:assumed-role/worker/me`;

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken: string };

describe('a role without permissions', () => {
  let aws: TestAws;
  let credentials: Credentials;
  const as = <Client>(Client: Parameters<typeof aws.client<Client>>[0]) => aws.client(Client, { credentials });

  /** Gives the role these statements, and no others. */
  async function allow(...statements: { Action: string | string[]; Resource: string | string[] }[]): Promise<void> {
    const policy = { RoleName: 'worker', PolicyName: 'allowed' };
    const iam = aws.client(IAMClient);
    if (statements.length === 0) return void (await iam.send(new DeleteRolePolicyCommand(policy)));
    const Statement = statements.map((one) => ({ Effect: 'Allow', ...one }));
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument }));
  }

  beforeAll(async () => {
    aws = await startAws();
    await createRole(aws.aws, 'worker', []);
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/worker`;
    const { Credentials } = await aws.client(STSClient).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' }));
    credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const s3 = aws.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'photos' }));
    for (const Key of ['a', 'b']) await s3.send(new PutObjectCommand({ Bucket: 'photos', Key, Body: Key }));
  });
  afterAll(() => aws.close());

  const send = (client: object, command: object) =>
    // Each row pairs a client with a command of its own.
    (client as { send(command: object): Promise<unknown> }).send(command);

  test.each<[string, string, string, string, number, () => [object, object]]>([
    [
      'athena',
      'athena:GetQueryExecution',
      '*',
      'AccessDeniedException',
      400,
      () => [as(AthenaClient), new GetQueryExecutionCommand({ QueryExecutionId: 'q' })],
    ],
    [
      'cloudformation',
      'cloudformation:ListStacks',
      '*',
      'AccessDenied',
      403,
      () => [as(CloudFormationClient), new ListStacksCommand({})],
    ],
    [
      'logs',
      'logs:PutLogEvents',
      `arn:aws:logs:${HERE}:log-group:g:log-stream:s`,
      'AccessDeniedException',
      400,
      () => [
        as(CloudWatchLogsClient),
        new PutLogEventsCommand({ logGroupName: 'g', logStreamName: 's', logEvents: [{ timestamp: 1, message: 'm' }] }),
      ],
    ],
    [
      'dynamodb',
      'dynamodb:GetItem',
      `arn:aws:dynamodb:${HERE}:table/t`,
      'AccessDeniedException',
      400,
      () => [as(DynamoDBClient), new GetItemCommand({ TableName: 't', Key: { k: { S: 'x' } } })],
    ],
    [
      'dynamodb, for each table of a batch',
      'dynamodb:BatchGetItem',
      `arn:aws:dynamodb:${HERE}:table/t`,
      'AccessDeniedException',
      400,
      () => [as(DynamoDBClient), new BatchGetItemCommand({ RequestItems: { t: { Keys: [{ k: { S: 'x' } }] } } })],
    ],
    [
      'dynamodb, for what is answered here',
      'dynamodb:DescribeTimeToLive',
      `arn:aws:dynamodb:${HERE}:table/t`,
      'AccessDeniedException',
      400,
      () => [as(DynamoDBClient), new DescribeTimeToLiveCommand({ TableName: 't' })],
    ],
    [
      'ecr',
      'ecr:DescribeRepositories',
      `arn:aws:ecr:${HERE}:repository/r`,
      'AccessDeniedException',
      400,
      () => [as(ECRClient), new DescribeRepositoriesCommand({ repositoryNames: ['r'] })],
    ],
    [
      'eventbridge',
      'events:PutEvents',
      `arn:aws:events:${HERE}:event-bus/line`,
      'AccessDeniedException',
      400,
      () => [
        as(EventBridgeClient),
        new PutEventsCommand({ Entries: [{ EventBusName: 'line', Source: 's', DetailType: 'd', Detail: '{}' }] }),
      ],
    ],
    [
      'glue',
      'glue:GetTable',
      `arn:aws:glue:${HERE}:catalog`,
      'AccessDeniedException',
      400,
      () => [as(GlueClient), new GetTableCommand({ DatabaseName: 'd', Name: 't' })],
    ],
    [
      'greengrassv2',
      'greengrass:CreateDeployment',
      '*',
      'AccessDeniedException',
      403,
      () => [as(GreengrassV2Client), new CreateDeploymentCommand({ targetArn: `arn:aws:iot:${HERE}:thinggroup/line` })],
    ],
    [
      'iam',
      'iam:GetRole',
      `arn:aws:iam::${ACCOUNT}:role/worker`,
      'AccessDenied',
      403,
      () => [as(IAMClient), new GetRoleCommand({ RoleName: 'worker' })],
    ],
    [
      'iot',
      'iot:DescribeThing',
      `arn:aws:iot:${HERE}:thing/t`,
      'AccessDeniedException',
      403,
      () => [as(IoTClient), new DescribeThingCommand({ thingName: 't' })],
    ],
    [
      'lambda',
      'lambda:InvokeFunction',
      `arn:aws:lambda:${HERE}:function:f`,
      'AccessDeniedException',
      403,
      () => [as(LambdaClient), new InvokeCommand({ FunctionName: 'f' })],
    ],
    [
      's3',
      's3:GetObject',
      '"arn:aws:s3:::photos/a"',
      'AccessDenied',
      403,
      () => [as(S3Client), new GetObjectCommand({ Bucket: 'photos', Key: 'a' })],
    ],
    [
      's3, for the source of a copy',
      's3:PutObject',
      '"arn:aws:s3:::photos/c"',
      'AccessDenied',
      403,
      () => [as(S3Client), new CopyObjectCommand({ Bucket: 'photos', Key: 'c', CopySource: 'photos/a' })],
    ],
    [
      's3, for a list',
      's3:ListBucket',
      '"arn:aws:s3:::photos"',
      'AccessDenied',
      403,
      () => [as(S3Client), new ListObjectsV2Command({ Bucket: 'photos' })],
    ],
    [
      'sagemaker',
      'sagemaker:CreateTrainingJob',
      `arn:aws:sagemaker:${HERE}:training-job/j`,
      'AccessDeniedException',
      400,
      () => [
        as(SageMakerClient),
        new CreateTrainingJobCommand({
          TrainingJobName: 'J',
          RoleArn: `arn:aws:iam::${ACCOUNT}:role/worker`,
          AlgorithmSpecification: { TrainingInputMode: 'File' },
          OutputDataConfig: { S3OutputPath: 's3://x' },
          ResourceConfig: { VolumeSizeInGB: 1 },
          StoppingCondition: {},
        }),
      ],
    ],
    [
      'featurestore-runtime',
      'sagemaker:PutRecord',
      `arn:aws:sagemaker:${HERE}:feature-group/g`,
      'AccessDeniedException',
      403,
      () => [
        as(SageMakerFeatureStoreRuntimeClient),
        new PutRecordCommand({ FeatureGroupName: 'g', Record: [{ FeatureName: 'a', ValueAsString: 'b' }] }),
      ],
    ],
    [
      'sfn',
      'states:StartExecution',
      `arn:aws:states:${HERE}:stateMachine:m`,
      'AccessDeniedException',
      400,
      () => [as(SFNClient), new StartExecutionCommand({ stateMachineArn: `arn:aws:states:${HERE}:stateMachine:m` })],
    ],
    [
      'sqs',
      'sqs:SendMessage',
      `arn:aws:sqs:${HERE}:q`,
      'AccessDeniedException',
      400,
      () => [
        as(SQSClient),
        new SendMessageBatchCommand({
          QueueUrl: `${aws.endpoint}/${ACCOUNT}/q`,
          Entries: [{ Id: '1', MessageBody: 'm' }],
        }),
      ],
    ],
  ])('hears so of %s, by action and resource', async (_what, action, resource, name, status, call) => {
    const [client, command] = call();
    const message = `User: ${ME} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
    await expect(send(client, command)).rejects.toMatchObject({
      name,
      message,
      $metadata: { httpStatusCode: status },
    });
  });

  test('may do what a policy allows as soon as it does, and no longer than it does', async () => {
    const read = () => as(S3Client).send(new GetObjectCommand({ Bucket: 'photos', Key: 'a' }));
    await expect(read()).rejects.toMatchObject({ name: 'AccessDenied' });
    await allow({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' });
    expect(await (await read()).Body?.transformToString()).toBe('a');
    await allow();
    await expect(read()).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('does not learn whether a key is there unless it may list the bucket', async () => {
    const s3 = as(S3Client);
    const read = () => s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'none' }));
    const reading = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' };
    await allow(reading);
    await expect(read()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:ListBucket on resource: "arn:aws:s3:::photos"'),
    });
    const head = s3.send(new HeadObjectCommand({ Bucket: 'photos', Key: 'none' }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await allow(reading, { Action: 's3:ListBucket', Resource: 'arn:aws:s3:::photos' });
    await expect(read()).rejects.toMatchObject({ name: 'NoSuchKey' });
    await allow();
  });

  test('is told of each object that it may not delete, and deletes the others', async () => {
    await allow({ Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::photos/b' });
    const Delete = { Objects: [{ Key: 'a' }, { Key: 'b' }] };
    const answer = await as(S3Client).send(new DeleteObjectsCommand({ Bucket: 'photos', Delete }));
    expect(answer.Deleted).toMatchObject([{ Key: 'b' }]);
    expect(answer.Errors).toMatchObject([{ Key: 'a', Code: 'AccessDenied' }]);
    await allow();
  });

  test('is let in by a bucket’s own policy, and shut out by its deny', async () => {
    const policy = async (Effect: string) => {
      const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:role/worker` };
      const Statement = { Effect, Principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' };
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await aws.client(S3Client).send(new PutBucketPolicyCommand({ Bucket: 'photos', Policy }));
    };
    const read = () => as(S3Client).send(new GetObjectCommand({ Bucket: 'photos', Key: 'a' }));
    await policy('Allow');
    expect((await read()).$metadata.httpStatusCode).toBe(200);
    await policy('Deny');
    await allow({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' });
    await expect(read()).rejects.toMatchObject({
      message: `User: ${ME} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::photos/a" with an explicit deny in a resource-based policy`,
    });
    await allow();
  });

  test('hands no role to a service without iam:PassRole', async () => {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/worker`;
    await allow({ Action: 'sagemaker:CreateTrainingJob', Resource: '*' });
    const job = new CreateTrainingJobCommand({
      TrainingJobName: 'j',
      RoleArn,
      AlgorithmSpecification: { TrainingInputMode: 'File' },
      OutputDataConfig: { S3OutputPath: 's3://x' },
      ResourceConfig: { VolumeSizeInGB: 1 },
      StoppingCondition: {},
    });
    await expect(as(SageMakerClient).send(job)).rejects.toMatchObject({
      message: expect.stringContaining(`iam:PassRole on resource: ${RoleArn}`),
    });
    await allow();
  });
});
