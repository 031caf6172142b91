import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  GetFunctionCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';
import { moduleZip } from './test-package.ts';

const ROLE = 'arn:aws:iam::000000000000:role/runner';

describe('Lambda in a CloudFormation stack', () => {
  let aws: TestAws;
  let cloudformation: CloudFormationClient;
  let lambda: LambdaClient;

  beforeAll(async () => {
    aws = await startAws({ openRoles: ['runner'] });
    cloudformation = aws.client(CloudFormationClient);
    lambda = aws.client(LambdaClient);
    const s3 = aws.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'deployments' }));
    for (const step of [1, 2]) {
      const Body = moduleZip(`export const handler = async () => [${step}, process.env.STEP];`);
      await s3.send(new PutObjectCommand({ Bucket: 'deployments', Key: `${step}.zip`, Body }));
    }
  });
  afterAll(() => aws.close());

  const template = (step: number, more: Record<string, unknown> = {}) => ({
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 60 } },
      DeadLetters: { Type: 'AWS::SQS::Queue' },
      Work: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'work',
          Code: { S3Bucket: 'deployments', S3Key: `${step}.zip` },
          Handler: 'index.handler',
          Runtime: 'nodejs24.x',
          Role: ROLE,
          MemorySize: 256,
          Timeout: 30,
          Architectures: ['arm64'],
          Environment: { Variables: { STEP: String(step) } },
          TracingConfig: { Mode: 'Active' },
          DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
          Tags: [{ Key: 'step', Value: String(step) }],
          ...more,
        },
      },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: { 'Fn::GetAtt': ['Work', 'Arn'] },
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
          SourceArn: 'arn:aws:events:eu-west-1:000000000000:rule/r',
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { 'Fn::GetAtt': ['Work', 'Arn'] },
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          BatchSize: step * 5,
          Enabled: true,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
        },
      },
      Retries: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: 'Work' }, Qualifier: '$LATEST', MaximumRetryAttempts: step - 1 },
      },
      Published: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Work' } } },
    },
  });

  /** Waits for the end of what is under way; its status and why it failed. */
  async function settled(StackName: string): Promise<string> {
    for (;;) {
      const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
      const status = Stacks?.[0]?.StackStatus ?? '';
      if (!status.endsWith('IN_PROGRESS')) {
        const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
        const failure = StackEvents.findLast(({ ResourceStatus }) => ResourceStatus?.endsWith('FAILED'));
        return [status, failure?.LogicalResourceId, failure?.ResourceStatusReason].filter(Boolean).join(' ');
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const value = async () => {
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'work' }));
    return JSON.parse(Payload?.transformToString() ?? '');
  };

  it('is made, changed in place and removed', async () => {
    const StackName = 'functions';
    await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template(1)) }));
    expect(await settled(StackName)).toBe('CREATE_COMPLETE');
    expect(await value()).toEqual([1, '1']);
    const { Configuration, Tags } = await lambda.send(new GetFunctionCommand({ FunctionName: 'work' }));
    expect(Configuration).toMatchObject({
      MemorySize: 256,
      Timeout: 30,
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      DeadLetterConfig: { TargetArn: expect.stringMatching(/:functions-DeadLetters-/) },
    });
    expect(Tags).toMatchObject({ step: '1' });
    const { Policy } = await lambda.send(new GetPolicyCommand({ FunctionName: 'work' }));
    expect(JSON.parse(Policy ?? '').Statement).toMatchObject([
      {
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:events:eu-west-1:000000000000:rule/r' } },
      },
    ]);

    await cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody: JSON.stringify(template(2)) }));
    expect(await settled(StackName)).toBe('UPDATE_COMPLETE');
    expect(await value()).toEqual([2, '2']);
    const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: 'work' }));
    expect(EventSourceMappings).toMatchObject([{ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] }]);
    const retries = await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'work' }));
    expect(retries.MaximumRetryAttempts).toBe(1);
    const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'work' }));
    expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '1']);
    const published = await lambda.send(new InvokeCommand({ FunctionName: 'work', Qualifier: '1' }));
    expect(JSON.parse(published.Payload?.transformToString() ?? '')).toEqual([1, '1']);

    await cloudformation.send(new DeleteStackCommand({ StackName }));
    await expect(settled(StackName)).rejects.toThrow(/does not exist/);
    await expect(value()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('fails by name on a property that is not there', async () => {
    const TemplateBody = JSON.stringify(template(1, { KmsKeyArn: 'arn:aws:kms:x' }));
    const StackName = 'refused';
    const made = cloudformation
      .send(new CreateStackCommand({ StackName, TemplateBody, OnFailure: 'DO_NOTHING' }))
      .then(() => settled(StackName));
    await expect(made.catch((error) => error.message)).resolves.toMatch(/KmsKeyArn/);
  });
});
