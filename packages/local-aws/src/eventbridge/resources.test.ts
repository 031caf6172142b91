import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeArchiveCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

describe('buses, rules and queues in a CloudFormation stack', () => {
  let aws: TestAws;
  let cloudformation: CloudFormationClient;
  let events: EventBridgeClient;
  let sqs: SQSClient;

  beforeAll(async () => {
    aws = await startAws();
    cloudformation = aws.client(CloudFormationClient);
    events = aws.client(EventBridgeClient);
    sqs = aws.client(SQSClient);
  });
  afterAll(() => aws.close());

  const template = (part: string, extra = {}) => ({
    Resources: {
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'line', Description: part } },
      Archive: {
        Type: 'AWS::Events::Archive',
        Properties: { ArchiveName: 'line', SourceArn: { 'Fn::GetAtt': ['Bus', 'Arn'] }, RetentionDays: part.length },
      },
      DeadLetters: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: 'dead', MessageRetentionPeriod: 1209600, SqsManagedSseEnabled: true },
      },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: 'parts',
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] }, maxReceiveCount: 3 },
          Tags: [{ Key: 'line', Value: '2' }],
          ...extra,
        },
      },
      QueuePolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: 'Queue' }],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'events.amazonaws.com' },
                Action: 'sqs:SendMessage',
                Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] },
                Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['Rule', 'Arn'] } } },
              },
            ],
          },
        },
      },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: 'parts',
          EventBusName: { Ref: 'Bus' },
          EventPattern: { source: ['line'], detail: { part: [{ prefix: part }] } },
          State: 'ENABLED',
          Targets: [
            {
              Id: part,
              Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
              RetryPolicy: { MaximumRetryAttempts: 4, MaximumEventAgeInSeconds: 3600 },
              DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
              InputPath: '$.detail.part',
            },
          ],
        },
      },
      Nightly: {
        Type: 'AWS::Events::Rule',
        Properties: {
          ScheduleExpression: 'cron(0 3 * * ? *)',
          Targets: [{ Id: 'q', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, Input: '{"kind":"nightly"}' }],
        },
      },
    },
    Outputs: {
      Url: { Value: { Ref: 'Queue' } },
      Rule: { Value: { Ref: 'Rule' } },
      Nightly: { Value: { Ref: 'Nightly' } },
      RuleArn: { Value: { 'Fn::GetAtt': ['Rule', 'Arn'] } },
    },
  });

  /** Waits for the end of what is under way: the stack's status, why it failed, and its outputs. */
  async function settled(StackName: string) {
    for (;;) {
      const stack = (await cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
      if (!stack?.StackStatus?.endsWith('IN_PROGRESS')) {
        const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
        const failure = StackEvents.findLast(({ ResourceStatus }) => ResourceStatus?.endsWith('FAILED'));
        const outputs = Object.fromEntries(
          (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]),
        );
        return { status: stack?.StackStatus, failure: failure?.ResourceStatusReason, outputs };
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const put = (part: string) => {
    const entry = { EventBusName: 'line', Source: 'line', DetailType: 'PartSeen', Detail: JSON.stringify({ part }) };
    return events.send(new PutEventsCommand({ Entries: [entry] }));
  };

  it('are made, changed in place and removed', async () => {
    const StackName = 'line';
    const attributes = async (QueueUrl: string | undefined) =>
      (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;
    await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template('bolt')) }));
    const created = await settled(StackName);
    expect(created).toMatchObject({ status: 'CREATE_COMPLETE', failure: undefined });
    expect(created.outputs).toMatchObject({
      Url: `${aws.endpoint}/000000000000/parts`,
      Rule: 'line|parts',
      RuleArn: 'arn:aws:events:eu-west-1:000000000000:rule/line/parts',
      Nightly: expect.stringMatching(/^line-Nightly-/),
    });
    const QueueUrl = created.outputs.Url;
    expect(await attributes(QueueUrl)).toMatchObject({ Policy: expect.stringContaining('rule/line/parts') });
    await put('bolt-1');
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['"bolt-1"']);

    const next = template('screw', { VisibilityTimeout: 99, RedrivePolicy: undefined });
    await cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody: JSON.stringify(next) }));
    expect(await settled(StackName)).toMatchObject({ status: 'UPDATE_COMPLETE', failure: undefined });
    expect(await attributes(QueueUrl)).toMatchObject({ VisibilityTimeout: '99' });
    expect(await attributes(QueueUrl)).not.toHaveProperty('RedrivePolicy');
    const rule = await events.send(new DescribeRuleCommand({ Name: 'parts', EventBusName: 'line' }));
    expect(rule.EventPattern).toBe('{"source":["line"],"detail":{"part":[{"prefix":"screw"}]}}');
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: 'parts', EventBusName: 'line' }));
    expect(Targets?.map(({ Id }) => Id)).toEqual(['screw']);
    const archive = await events.send(new DescribeArchiveCommand({ ArchiveName: 'line' }));
    expect(archive).toMatchObject({ RetentionDays: 5, EventCount: 1 });

    await cloudformation.send(new DeleteStackCommand({ StackName }));
    await expect(settled(StackName)).rejects.toThrow(/does not exist/);
    const { EventBuses } = await events.send(new ListEventBusesCommand({}));
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default']);
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'parts' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
  });

  it('are refused when somebody else has the name', async () => {
    const TemplateBody = JSON.stringify({
      Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'mine' } } },
    });
    await cloudformation.send(new CreateStackCommand({ StackName: 'first', TemplateBody }));
    expect((await settled('first')).status).toBe('CREATE_COMPLETE');
    await cloudformation.send(new CreateStackCommand({ StackName: 'second', TemplateBody, OnFailure: 'DO_NOTHING' }));
    expect(await settled('second')).toMatchObject({
      status: 'CREATE_FAILED',
      failure: expect.stringContaining('mine'),
    });
  });
});
