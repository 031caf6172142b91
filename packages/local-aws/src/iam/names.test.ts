import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as glue from '@aws-sdk/client-glue';
import * as greengrass from '@aws-sdk/client-greengrassv2';
import * as iot from '@aws-sdk/client-iot';
import * as lambda from '@aws-sdk/client-lambda';
import * as sagemaker from '@aws-sdk/client-sagemaker';
import * as runtime from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRole, startAws, type TestAws } from '../../test/harness.ts';

const ACCOUNT = '000000000000';
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${resource}`;

/** A name or ARN that is spelt so that IAM might be asked about one resource and another one be touched. */
describe('a role that may touch what begins with mine, and not theirs', () => {
  let aws: TestAws;
  let credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  let certificate: string;
  let changeSet: string;

  beforeAll(async () => {
    aws = await startAws({ openRoles: ['any'] });
    const mine = (service: string, ...types: string[]) => types.map((type) => arn(service, `${type}mine*`));
    const Resource = [
      ...mine('sagemaker', 'pipeline/', 'model-package-group/', 'model-package/', 'feature-group/'),
      ...mine('glue', 'database/', 'table/mine/'),
      arn('glue', 'catalog'),
      ...mine('iot', 'thing/', 'thinggroup/', 'cert/', 'job/'),
      ...mine('greengrass', 'components:'),
      ...mine('dynamodb', 'table/'),
      ...mine('events', 'archive/', 'replay/', 'event-bus/'),
      ...mine('cloudformation', 'stack/'),
      ...mine('lambda', 'function:'),
    ];
    await createRole(aws.aws, 'worker', [{ Action: '*', Resource }]);
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/worker`;
    const { Credentials } = await aws.client(STSClient).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' }));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };

    const owner = aws.client(iot.IoTClient);
    await owner.send(new iot.CreateThingCommand({ thingName: 'theirs' }));
    await owner.send(new iot.CreateThingCommand({ thingName: 'mine' }));
    await owner.send(new iot.CreateThingGroupCommand({ thingGroupName: 'theirs' }));
    await owner.send(new iot.CreateThingGroupCommand({ thingGroupName: 'mine' }));
    const policyDocument = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}}';
    await owner.send(new iot.CreatePolicyCommand({ policyName: 'all', policyDocument }));
    certificate = (await owner.send(new iot.CreateKeysAndCertificateCommand({}))).certificateId ?? '';

    const owning = aws.client(sagemaker.SageMakerClient);
    await owning.send(new sagemaker.CreateModelPackageGroupCommand({ ModelPackageGroupName: 'theirs' }));
    await owning.send(
      new sagemaker.CreatePipelineCommand({
        PipelineName: 'theirs',
        ClientRequestToken: 't'.repeat(32),
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/any`,
        PipelineDefinition: JSON.stringify({
          Version: '2020-12-01',
          Steps: [{ Name: 'end', Type: 'Fail', Arguments: { ErrorMessage: 'e' } }],
        }),
      }),
    );
    await owning.send(
      new sagemaker.CreateFeatureGroupCommand({
        FeatureGroupName: 'theirs',
        RecordIdentifierFeatureName: 'id',
        EventTimeFeatureName: 'at',
        FeatureDefinitions: [
          { FeatureName: 'id', FeatureType: 'String' },
          { FeatureName: 'at', FeatureType: 'String' },
        ],
        OnlineStoreConfig: { EnableOnlineStore: true },
      }),
    );
    await vi.waitFor(async () => {
      const look = new sagemaker.DescribeFeatureGroupCommand({ FeatureGroupName: 'theirs' });
      expect((await owning.send(look)).FeatureGroupStatus).toBe('Created');
    });

    const stacks = aws.client(cloudformation.CloudFormationClient);
    const TemplateBody = '{"Resources":{"Bus":{"Type":"AWS::Events::EventBus","Properties":{"Name":"b"}}}}';
    const made = await stacks.send(
      new cloudformation.CreateChangeSetCommand({
        StackName: 'theirs',
        ChangeSetName: 'made',
        ChangeSetType: 'CREATE',
        TemplateBody,
      }),
    );
    changeSet = made.Id ?? '';
    await aws.client(dynamodb.DynamoDBClient).send(
      new dynamodb.CreateTableCommand({
        TableName: 'theirs',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  });
  afterAll(() => aws.close());

  const as = <Client>(Client: Parameters<typeof aws.client<Client>>[0]) => aws.client(Client, { credentials });

  test.each<[string, () => Promise<unknown>]>([
    [
      'a pipeline by a path',
      () => as(sagemaker.SageMakerClient).send(new sagemaker.DescribePipelineCommand({ PipelineName: 'mine/theirs' })),
    ],
    [
      'a pipeline by an ARN of more parts',
      () =>
        as(sagemaker.SageMakerClient).send(
          new sagemaker.DescribePipelineCommand({ PipelineName: arn('sagemaker', 'pipeline/mine/theirs') }),
        ),
    ],
    [
      'a group of model packages',
      () =>
        as(sagemaker.SageMakerClient).send(
          new sagemaker.DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'mine/theirs' }),
        ),
    ],
    [
      'a feature group',
      () =>
        as(sagemaker.SageMakerClient).send(
          new sagemaker.DescribeFeatureGroupCommand({ FeatureGroupName: 'mine/theirs' }),
        ),
    ],
    [
      'a feature group’s records',
      () =>
        as(runtime.SageMakerFeatureStoreRuntimeClient).send(
          new runtime.PutRecordCommand({
            FeatureGroupName: 'mine/theirs',
            Record: [
              { FeatureName: 'id', ValueAsString: 'a' },
              { FeatureName: 'at', ValueAsString: '2026-01-01T00:00:00Z' },
            ],
          }),
        ),
    ],
    [
      'a certificate to attach a policy to',
      () =>
        as(iot.IoTClient).send(
          new iot.AttachPolicyCommand({ policyName: 'all', target: `${arn('iot', 'cert/mine')}/${certificate}` }),
        ),
    ],
    [
      'a certificate to attach to a thing',
      () =>
        as(iot.IoTClient).send(
          new iot.AttachThingPrincipalCommand({
            thingName: 'mine',
            principal: `${arn('iot', 'cert/mine')}/${certificate}`,
          }),
        ),
    ],
    [
      'a thing by its ARN',
      () =>
        as(iot.IoTClient).send(
          new iot.AddThingToThingGroupCommand({ thingArn: arn('iot', 'thing/theirs'), thingGroupName: 'mine' }),
        ),
    ],
    [
      'a group by an ARN of more parts',
      () =>
        as(iot.IoTClient).send(
          new iot.AddThingToThingGroupCommand({
            thingName: 'mine',
            thingGroupArn: arn('iot', 'thinggroup/mine/theirs'),
          }),
        ),
    ],
    [
      'a job’s target',
      () =>
        as(iot.IoTClient).send(
          new iot.CreateJobCommand({
            jobId: 'mine',
            document: '{}',
            targets: [arn('iot', 'thinggroup/mine:thinggroup/theirs')],
          }),
        ),
    ],
    [
      'a change set by its ARN, beside a stack of mine',
      () =>
        as(cloudformation.CloudFormationClient).send(
          new cloudformation.DescribeChangeSetCommand({ StackName: 'mine', ChangeSetName: changeSet }),
        ),
    ],
    [
      'a table’s tags',
      () =>
        as(dynamodb.DynamoDBClient).send(
          new dynamodb.TagResourceCommand({
            ResourceArn: `${arn('dynamodb', 'table/mine')}:1:table/theirs`,
            Tags: [{ Key: 'owner', Value: 'me' }],
          }),
        ),
    ],
  ])('does not reach %s', async (_what, call) => {
    await expect(call()).rejects.toMatchObject({
      message: expect.stringMatching(/not authorized|does not exist|[Nn]ot [Ff]ound/),
    });
  });

  const outcome = (call: Promise<unknown>) =>
    call.then(
      () => 'allowed',
      (error: Error) => error.name,
    );

  test('is asked about names as they are looked up: Glue’s in small letters, a function’s ARN as its name', async () => {
    const catalog = as(glue.GlueClient);
    const table = (Name: string) => outcome(catalog.send(new glue.GetTableCommand({ DatabaseName: 'Mine', Name })));
    expect(await table('Mine')).toBe('EntityNotFoundException');
    expect(await table('Theirs')).toBe('AccessDeniedException');
    const functions = as(lambda.LambdaClient);
    const tags = (Resource: string) => outcome(functions.send(new lambda.ListTagsCommand({ Resource })));
    expect(await tags(arn('lambda', 'function:mine'))).toBe('ResourceNotFoundException');
    expect(await tags(arn('lambda', 'function:theirs'))).toBe('AccessDeniedException');
  });

  test('may not replay another archive, nor read another’s component', async () => {
    const bus = arn('events', 'event-bus/mine');
    const owner = aws.client(eventbridge.EventBridgeClient);
    await owner.send(new eventbridge.CreateEventBusCommand({ Name: 'mine' }));
    await owner.send(new eventbridge.CreateArchiveCommand({ ArchiveName: 'theirs', EventSourceArn: bus }));
    const replay = new eventbridge.StartReplayCommand({
      ReplayName: 'mine',
      EventSourceArn: arn('events', 'archive/mine:archive/theirs'),
      EventStartTime: new Date(0),
      EventEndTime: new Date(1000),
      Destination: { Arn: bus },
    });
    expect(await outcome(as(eventbridge.EventBridgeClient).send(replay))).toBe('ValidationException');
    const described = new greengrass.DescribeComponentCommand({
      arn: 'arn:aws:greengrass:eu-west-1:111111111111:components:theirs:versions:1.0.0',
    });
    expect(await outcome(as(greengrass.GreengrassV2Client).send(described))).toBe('AccessDeniedException');
  });
});
