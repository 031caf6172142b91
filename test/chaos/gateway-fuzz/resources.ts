import type { Agent } from 'node:http';
import { moduleZip } from '../../../packages/local-aws/src/lambda/test-package.ts';
import { isRecord } from './bodies.ts';
import type { KnownNames } from './hostile-values.ts';
import type { Server } from './server.ts';
import { send, type Target, wireCall } from './wire.ts';

const ROLE = 'arn:aws:iam::000000000000:role/fuzz-role';
const BUS = 'fuzz-bus';
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const assumedBy = (Service: string) => ({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' });
const RECIPE = {
  RecipeFormatVersion: '2020-01-25',
  ComponentName: 'com.fuzz.Component',
  ComponentVersion: '1.0.0',
  Manifests: [{ Platform: { os: 'linux' }, Lifecycle: { Run: 'true' } }],
};
const PIPELINE = {
  Version: '2020-12-01',
  Parameters: [{ Name: 'P', Type: 'String', DefaultValue: 'x' }],
  Steps: [{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: 'no' } }],
};
const FEATURES = [
  { FeatureName: 'id', FeatureType: 'String' },
  { FeatureName: 'time', FeatureType: 'String' },
];

/** One resource of each kind, so that hostile inputs get past "there is no such thing". */
const CALLS: [service: string, operation: string, input: object][] = [
  [
    'iam',
    'CreateRole',
    {
      RoleName: 'fuzz-role',
      AssumeRolePolicyDocument: document(
        assumedBy('lambda.amazonaws.com'),
        assumedBy('sagemaker.amazonaws.com'),
        assumedBy('states.amazonaws.com'),
        assumedBy('events.amazonaws.com'),
      ),
    },
  ],
  [
    'iam',
    'PutRolePolicy',
    {
      RoleName: 'fuzz-role',
      PolicyName: 'all',
      PolicyDocument: document({ Effect: 'Allow', Action: '*', Resource: '*' }),
    },
  ],
  ['s3', 'CreateBucket', { Bucket: 'fuzz-bucket', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }],
  ['s3', 'PutBucketVersioning', { Bucket: 'fuzz-bucket', VersioningConfiguration: { Status: 'Enabled' } }],
  ['s3', 'PutObject', { Bucket: 'fuzz-bucket', Key: 'a/key', Body: '{"source-ref":"s3://fuzz-bucket/a/key"}' }],
  ['s3', 'CreateMultipartUpload', { Bucket: 'fuzz-bucket', Key: 'a/key' }],
  ['s3', 'ListObjectVersions', { Bucket: 'fuzz-bucket' }],
  ['sqs', 'CreateQueue', { QueueName: 'fuzz-queue' }],
  ['sqs', 'SendMessage', { QueueUrl: 'http://127.0.0.1/000000000000/fuzz-queue', MessageBody: 'hello' }],
  ['sqs', 'ReceiveMessage', { QueueUrl: 'http://127.0.0.1/000000000000/fuzz-queue', VisibilityTimeout: 0 }],
  ['eventbridge', 'CreateEventBus', { Name: BUS }],
  ['eventbridge', 'PutRule', { Name: 'fuzz-rule', EventBusName: BUS, EventPattern: '{"source":["fuzz"]}' }],
  [
    'eventbridge',
    'PutTargets',
    {
      Rule: 'fuzz-rule',
      EventBusName: BUS,
      Targets: [{ Id: 'q', Arn: 'arn:aws:sqs:eu-west-1:000000000000:fuzz-queue' }],
    },
  ],
  [
    'eventbridge',
    'CreateArchive',
    { ArchiveName: 'fuzz-archive', EventSourceArn: `arn:aws:events:eu-west-1:000000000000:event-bus/${BUS}` },
  ],
  ['logs', 'CreateLogGroup', { logGroupName: '/fuzz/group' }],
  ['logs', 'CreateLogStream', { logGroupName: '/fuzz/group', logStreamName: 'stream' }],
  [
    'lambda',
    'CreateFunction',
    {
      FunctionName: 'fuzz-function',
      Role: ROLE,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: moduleZip('export const handler = async (event) => event;').toString('base64') },
    },
  ],
  [
    'lambda',
    'CreateEventSourceMapping',
    { FunctionName: 'fuzz-function', EventSourceArn: 'arn:aws:sqs:eu-west-1:000000000000:fuzz-queue', Enabled: false },
  ],
  [
    'sfn',
    'CreateStateMachine',
    {
      name: 'fuzz-machine',
      roleArn: ROLE,
      definition: '{"StartAt":"A","QueryLanguage":"JSONata","States":{"A":{"Type":"Pass","End":true}}}',
    },
  ],
  [
    'sfn',
    'StartExecution',
    { stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:fuzz-machine', name: 'fuzz-execution' },
  ],
  [
    'sagemaker',
    'CreateFeatureGroup',
    {
      FeatureGroupName: 'fuzz-features',
      RecordIdentifierFeatureName: 'id',
      EventTimeFeatureName: 'time',
      FeatureDefinitions: FEATURES,
      OnlineStoreConfig: { EnableOnlineStore: true },
      OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://fuzz-bucket/offline/' } },
      RoleArn: ROLE,
    },
  ],
  ['sagemaker', 'CreateModelPackageGroup', { ModelPackageGroupName: 'fuzz-models' }],
  [
    'sagemaker',
    'CreateWorkteam',
    {
      WorkteamName: 'fuzz-team',
      Description: 'a team',
      MemberDefinitions: [{ CognitoMemberDefinition: { UserPool: 'p', UserGroup: 'g', ClientId: 'c' } }],
    },
  ],
  [
    'sagemaker',
    'CreatePipeline',
    {
      PipelineName: 'fuzz-pipeline',
      PipelineDefinition: JSON.stringify(PIPELINE),
      RoleArn: ROLE,
      ClientRequestToken: 'x'.repeat(32),
    },
  ],
  ['sagemaker', 'StartPipelineExecution', { PipelineName: 'fuzz-pipeline', ClientRequestToken: 'y'.repeat(32) }],
  [
    'dynamodb',
    'CreateTable',
    {
      TableName: 'fuzz-table',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
  ],
  ['glue', 'CreateDatabase', { DatabaseInput: { Name: 'fuzz_database' } }],
  [
    'athena',
    'CreateWorkGroup',
    { Name: 'fuzz-workgroup', Configuration: { ResultConfiguration: { OutputLocation: 's3://fuzz-bucket/results/' } } },
  ],
  ['athena', 'StartQueryExecution', { QueryString: 'SELECT 1', WorkGroup: 'fuzz-workgroup' }],
  ['iot', 'CreateThing', { thingName: 'fuzz-thing' }],
  ['iot', 'CreateThingGroup', { thingGroupName: 'fuzz-group' }],
  ['iot', 'AddThingToThingGroup', { thingName: 'fuzz-thing', thingGroupName: 'fuzz-group' }],
  [
    'iot',
    'CreatePolicy',
    { policyName: 'fuzz-policy', policyDocument: document({ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }) },
  ],
  ['iot', 'CreateKeysAndCertificate', {}],
  ['iot', 'CreateRoleAlias', { roleAlias: 'fuzz-alias', roleArn: ROLE }],
  ['greengrassv2', 'CreateComponentVersion', { inlineRecipe: Buffer.from(JSON.stringify(RECIPE)).toString('base64') }],
  [
    'greengrassv2',
    'CreateDeployment',
    {
      targetArn: 'arn:aws:iot:eu-west-1:000000000000:thinggroup/fuzz-group',
      components: { 'com.fuzz.Component': { componentVersion: '1.0.0' } },
    },
  ],
  [
    'cloudformation',
    'CreateStack',
    { StackName: 'fuzz-stack', TemplateBody: '{"Resources":{"Q":{"Type":"AWS::SQS::Queue"}}}' },
  ],
];

/** Makes them, and collects every text of the inputs and the answers by its member's name. */
export async function makeResources(targets: readonly Target[], server: Server, agent: Agent): Promise<KnownNames> {
  const names = new Map<string, string[]>();
  const note = (name: string, value: string) => {
    const kinds = [name.toLowerCase(), ...(name.match(/(arn|name|id|url|token)$/i)?.[0].toLowerCase() ?? [])];
    for (const kind of kinds.slice(0, 2))
      names.set(kind, [...new Set([...(names.get(kind) ?? []), value])].slice(0, 60));
  };
  const harvest = (value: unknown, name: string): void => {
    if (typeof value === 'string') note(name, value);
    else if (Array.isArray(value)) for (const item of value) harvest(item, name);
    else if (isRecord(value)) for (const [key, item] of Object.entries(value)) harvest(item, key);
  };
  for (const [service, operation, input] of CALLS) {
    const target = targets.find((one) => one.service === service && one.operation.name === operation);
    if (!target) throw new Error(`the embedded AWS has no ${service}:${operation} any more`);
    const answer = await send(wireCall(target, input), target.signingName, server, agent);
    if (answer.status >= 300) throw new Error(`${service}:${operation} failed: ${answer.body}`);
    harvest(input, '');
    if (answer.body.startsWith('{')) harvest(JSON.parse(answer.body), '');
    else for (const [, tag = '', text = ''] of answer.body.matchAll(/<(\w+)>([^<]+)<\/\1>/g)) note(tag, text);
  }
  return names;
}
