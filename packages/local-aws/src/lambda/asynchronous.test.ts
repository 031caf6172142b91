import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';
import { type ManualClock, manualClock } from '../kernel/clock.ts';
import { moduleZip } from './test-package.ts';

const MINUTE = 60_000;

describe('asynchronous invocations', () => {
  let aws: TestAws;
  let lambda: LambdaClient;
  let sqs: SQSClient;
  let clock: ManualClock;
  let next = 0;

  beforeAll(async () => {
    clock = manualClock();
    aws = await startAws({ clock, report: () => {}, openRoles: ['runner'] });
    lambda = aws.client(LambdaClient);
    sqs = aws.client(SQSClient);
  });
  afterAll(() => aws.close());

  /** A function that writes each run into a queue and fails as often as its event says. */
  async function deploy(settings: Record<string, unknown> = {}) {
    const FunctionName = `asynchronous-${next++}`;
    const runs = await queue(`${FunctionName}-runs`);
    const source = `
      let runs = 0;
      export const handler = async (event, context) => {
        runs++;
        if (runs <= event.failures) throw new Error('failure ' + runs);
        return { runs, id: context.awsRequestId };
      };`;
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/runner',
        Code: { ZipFile: moduleZip(source) },
        Timeout: 900,
        ...settings,
      }),
    );
    return { FunctionName, runs };
  }

  async function queue(QueueName: string): Promise<string> {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
    return QueueUrl;
  }
  const arnOf = (queueUrl: string) => `arn:aws:sqs:eu-west-1:000000000000:${queueUrl.split('/').at(-1)}`;

  async function send(FunctionName: string, payload: unknown): Promise<string | undefined> {
    const { StatusCode, $metadata } = await lambda.send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(payload) }),
    );
    expect(StatusCode).toBe(202);
    return $metadata.requestId;
  }

  async function receive(QueueUrl: string): Promise<Message | undefined> {
    const input = { QueueUrl, MessageAttributeNames: ['All'], VisibilityTimeout: 0 };
    return (await sqs.send(new ReceiveMessageCommand(input))).Messages?.[0];
  }

  /** The function runs in real time: waits until `QueueUrl` has a message, moving the clock by no more than it is told. */
  async function awaited(QueueUrl: string): Promise<Message> {
    for (;;) {
      const message = await receive(QueueUrl);
      if (message) return message;
      await clock.advance(0);
    }
  }

  /** Waits until the queued invocation has run and waits for its next attempt. */
  async function attempted(attempts: number): Promise<void> {
    const waiting = aws.aws.kernel.store.prepare<{ n: number }>(
      `SELECT COUNT(*) AS n FROM outbox WHERE kind = 'lambda:asynchronous' AND attempts = ?`,
    );
    while ((waiting.get(attempts)?.n ?? 0) === 0) await clock.advance(0);
  }

  it('are run again after one and two minutes, and then told to the on-failure destination', async () => {
    const { FunctionName, runs: destination } = await deploy();
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        DestinationConfig: { OnFailure: { Destination: arnOf(destination) } },
      }),
    );
    const requestId = await send(FunctionName, { failures: 3, note: 'ü' });
    await attempted(1);
    await clock.advance(MINUTE - 1);
    await attempted(1);
    await clock.advance(1);
    await attempted(2);
    expect(await receive(destination)).toBeUndefined();
    await clock.advance(2 * MINUTE);
    const record = JSON.parse((await awaited(destination)).Body ?? '');
    expect(record).toEqual({
      version: '1.0',
      timestamp: new Date(clock.now()).toISOString(),
      requestContext: {
        requestId,
        functionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${FunctionName}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { failures: 3, note: 'ü' },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'failure 3', trace: expect.any(Array) },
    });
  });

  it('are told to the on-success destination once they succeed, with their first request id', async () => {
    const { FunctionName, runs: destination } = await deploy();
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        DestinationConfig: { OnSuccess: { Destination: arnOf(destination) } },
      }),
    );
    const requestId = await send(FunctionName, { failures: 1 });
    await attempted(1);
    await clock.advance(MINUTE);
    const record = JSON.parse((await awaited(destination)).Body ?? '');
    expect(record).toMatchObject({
      requestContext: { condition: 'Success', approximateInvokeCount: 2 },
      responsePayload: { runs: 2, id: requestId },
    });
    expect(record.responseContext).toEqual({ statusCode: 200, executedVersion: '$LATEST' });
  });

  it('end in the dead-letter queue as they came, with what went wrong', async () => {
    const deadLetters = await queue('dead-letters');
    const { FunctionName } = await deploy({ DeadLetterConfig: { TargetArn: arnOf(deadLetters) } });
    await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }));
    const requestId = await send(FunctionName, { failures: 1 });
    const message = await awaited(deadLetters);
    expect(message.Body).toBe('{"failures":1}');
    expect(message.MessageAttributes).toEqual({
      RequestID: { DataType: 'String', StringValue: requestId },
      ErrorCode: { DataType: 'Number', StringValue: '200' },
      ErrorMessage: { DataType: 'String', StringValue: 'failure 1' },
    });
  });

  it('grow too old', async () => {
    const { FunctionName, runs: destination } = await deploy();
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        MaximumEventAgeInSeconds: 90,
        DestinationConfig: { OnFailure: { Destination: arnOf(destination) } },
      }),
    );
    await send(FunctionName, { failures: 9 });
    await attempted(1);
    await clock.advance(MINUTE);
    await attempted(2);
    await clock.advance(2 * MINUTE);
    const record = JSON.parse((await awaited(destination)).Body ?? '');
    expect(record.requestContext).toMatchObject({ condition: 'EventAgeExceeded', approximateInvokeCount: 2 });
  });

  it('go on after a restart where they were', async () => {
    const { FunctionName, runs: destination } = await deploy();
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        DestinationConfig: { OnSuccess: { Destination: arnOf(destination) } },
      }),
    );
    await send(FunctionName, { failures: 1 });
    await attempted(1);
    await aws.restart();
    lambda = aws.client(LambdaClient);
    sqs = aws.client(SQSClient);
    await clock.advance(MINUTE);
    await attempted(2);
    await clock.advance(2 * MINUTE);
    const record = JSON.parse((await awaited(destination)).Body ?? '');
    // A new environment counts its runs anew.
    expect(record).toMatchObject({ requestContext: { approximateInvokeCount: 3 }, responsePayload: { runs: 2 } });
  });
});
