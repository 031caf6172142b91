import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  FilterLogEventsCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';
import { moduleZip } from './test-package.ts';

const ACCOUNT = 'eu-west-1:000000000000';

describe('an event on its way through rule, function and queue', () => {
  let aws: TestAws;

  beforeAll(async () => {
    aws = await startAws({ openRoles: ['worker'] });
  });
  afterAll(() => aws.close());

  it('arrives, and leaves its traces in the logs', async () => {
    const events = aws.client(EventBridgeClient);
    const lambda = aws.client(LambdaClient);
    const sqs = aws.client(SQSClient);
    const logs = aws.client(CloudWatchLogsClient);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'outcomes' }));
    const source = `export const handler = async (event) => { console.log('got', event.detail.part); return event.detail; };`;
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'worker',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/worker',
        Code: { ZipFile: moduleZip(source) },
        Timeout: 30,
      }),
    );
    const OnSuccess = { Destination: `arn:aws:sqs:${ACCOUNT}:outcomes` };
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: 'worker', DestinationConfig: { OnSuccess } }),
    );
    const Principal = { Service: 'events.amazonaws.com' };
    const permission = { Action: 'lambda:InvokeFunction', Principal: Principal.Service, StatementId: 'rule' };
    await lambda.send(new AddPermissionCommand({ FunctionName: 'worker', ...permission }));
    const Resource = `arn:aws:logs:${ACCOUNT}:log-group:/aws/events/journal:*`;
    const Action = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    const Statement = { Effect: 'Allow', Principal, Action, Resource };
    const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await logs.send(new PutResourcePolicyCommand({ policyName: 'journal', policyDocument }));
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/events/journal' }));
    await events.send(new CreateEventBusCommand({ Name: 'line' }));
    const rule = { Name: 'work', EventBusName: 'line' };
    await events.send(new PutRuleCommand({ ...rule, EventPattern: '{"source":["line"]}' }));
    const Targets = [
      { Id: 'function', Arn: `arn:aws:lambda:${ACCOUNT}:function:worker` },
      { Id: 'journal', Arn: `arn:aws:logs:${ACCOUNT}:log-group:/aws/events/journal` },
    ];
    await events.send(new PutTargetsCommand({ Rule: 'work', EventBusName: 'line', Targets }));

    const Entries = [1, 2, 3].map((part) => ({
      EventBusName: 'line',
      Source: 'line',
      DetailType: 'PartSeen',
      Detail: JSON.stringify({ part }),
    }));
    await events.send(new PutEventsCommand({ Entries }));

    const parts = new Set<number>();
    while (parts.size < 3) {
      const input = { QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(input));
      for (const { Body = '' } of Messages) parts.add(JSON.parse(Body).responsePayload.part);
    }
    expect([...parts].sort()).toEqual([1, 2, 3]);

    const lines = async (logGroupName: string, filterPattern: string) =>
      (await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern }))).events ?? [];
    const journal = await lines('/aws/events/journal', 'PartSeen');
    expect(journal.map(({ message = '' }) => JSON.parse(message).detail.part).sort()).toEqual([1, 2, 3]);
    for (;;) {
      const log = await lines('/aws/lambda/worker', 'got').catch(() => []);
      if (log.length < 3) continue;
      expect(log.map(({ message }) => message?.trim().split('\t').slice(2).join(' ')).sort()).toEqual([
        'INFO got 1',
        'INFO got 2',
        'INFO got 3',
      ]);
      break;
    }
  });
});
