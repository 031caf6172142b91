import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../kernel/errors.ts';
import { AsyncInvocations } from '../asynchronous.ts';
import type { LambdaFunction } from '../functions.ts';
import type { InvokeConfiguration } from '../invoke-configuration.ts';
import { FUNCTION } from './bench.ts';
import { type QueueStub, queueStub } from './queue-stub.ts';

/** "Asynchronous invocation": when an event is run again, when it is given up, and who hears of it. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const queueArn = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`;

let queue: QueueStub;
afterEach(() => queue.close());

interface Rules extends Partial<InvokeConfiguration> {
  lambda?: Partial<LambdaFunction>;
  /** How often it is throttled, and then fails, before it answers. */
  throttles?: number;
  failures?: number;
}

/** Sends one event, and says when it was run or tried (ms after it was sent). */
async function send({ lambda, throttles = 0, failures = 0, ...configuration }: Rules) {
  const runs: number[] = [];
  const deployed = { ...FUNCTION, name: 'f', arn: `${FUNCTION.arn}f`, ...lambda };
  let invocations: AsyncInvocations | undefined;
  queue = await queueStub((kernel) => {
    const sent = kernel.clock.now();
    const pool = {
      async run() {
        runs.push(kernel.clock.now() - sent);
        if (runs.length <= throttles) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
        const failed = runs.length <= throttles + failures;
        const payload = failed ? '{"errorType":"E","errorMessage":"no"}' : '"done"';
        return { payload, failed, logTail: '' };
      },
    };
    const configurations = { get: () => ({ functionArn: deployed.arn, lastModified: 0, ...configuration }) };
    invocations = new AsyncInvocations(kernel, { find: () => deployed }, pool, configurations);
  });
  invocations?.queue(deployed, 'request-1', '{"a":1}');
  return { runs, pass: (milliseconds: number) => passed(milliseconds) };
}

/** Lets time pass in steps: each attempt sets the next one's time when it has ended. */
async function passed(milliseconds: number): Promise<void> {
  const step = Math.max(1000, milliseconds / 400);
  for (let at = 0; at < milliseconds; at += step) await queue.clock.advance(step);
}

describe('a function that fails', () => {
  test.each<[string, Rules, number[]]>([
    ['runs again after one minute and after two more', {}, [0, 1, 3]],
    ['MaximumRetryAttempts: 1', { maximumRetryAttempts: 1 }, [0, 1]],
    ['MaximumRetryAttempts: 0', { maximumRetryAttempts: 0 }, [0]],
    ['not when the event would be older than MaximumEventAgeInSeconds', { maximumEventAge: 90 }, [0, 1]],
  ])('%s', async (_rule, rules, minutes) => {
    const { runs, pass } = await send({ failures: 9, ...rules });
    await pass(10 * MINUTE);
    expect(runs.map((at) => Math.floor(at / MINUTE))).toEqual(minutes);
  });

  test('that succeeds at last is not run again', async () => {
    const { runs, pass } = await send({ failures: 1 });
    await pass(10 * MINUTE);
    expect(runs).toHaveLength(2);
    expect(queue.reports).toEqual([]);
  });
});

describe('a function that is throttled', () => {
  test('is tried again after 1, 2, 4 … seconds, and every five minutes in the end', async () => {
    const { runs, pass } = await send({ throttles: 11 });
    await pass(20 * MINUTE);
    const delays = runs.slice(1).map((at, index) => Math.round((at - (runs[index] ?? 0)) / 1000));
    expect(delays.slice(0, 4)).toEqual([1, 2, 4, 8]);
    expect(Math.max(...delays)).toBeLessThanOrEqual(303);
    expect(delays.at(-1)).toBeGreaterThanOrEqual(300);
  });

  test('for six hours, by default; that does not count as a failure', async () => {
    const { pass } = await send({ throttles: 1e9, onFailure: queueArn('failures') });
    await pass(6 * HOUR - 5 * MINUTE);
    expect(queue.sent).toEqual([]);
    await pass(15 * MINUTE);
    expect(JSON.parse(queue.sent[0]?.body ?? '')).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 0 },
    });
    expect(JSON.parse(queue.sent[0]?.body ?? '')).not.toHaveProperty('responseContext');
  });
});

describe('at the end', () => {
  const record = (more: Record<string, unknown>) => ({
    version: '1.0',
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    requestContext: {
      requestId: 'request-1',
      functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:f:$LATEST',
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload: { a: 1 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'E', errorMessage: 'no' },
    ...more,
  });

  test('the on-failure destination gets the invocation’s record', async () => {
    const { pass } = await send({ failures: 9, onFailure: queueArn('failures'), onSuccess: queueArn('successes') });
    await pass(10 * MINUTE);
    expect(queue.sent.map(({ queue: name }) => name)).toEqual(['failures']);
    expect(JSON.parse(queue.sent[0]?.body ?? '')).toEqual(record({}));
  });

  test('the on-success destination gets the result', async () => {
    const { pass } = await send({ onFailure: queueArn('failures'), onSuccess: queueArn('successes') });
    await pass(MINUTE);
    expect(queue.sent.map(({ queue: name }) => name)).toEqual(['successes']);
    const requestContext = { ...record({}).requestContext, condition: 'Success', approximateInvokeCount: 1 };
    const responseContext = { statusCode: 200, executedVersion: '$LATEST' };
    expect(JSON.parse(queue.sent[0]?.body ?? '')).toEqual(
      record({ requestContext, responseContext, responsePayload: 'done' }),
    );
  });

  test('the dead-letter queue gets the event itself, with RequestID, ErrorCode and ErrorMessage', async () => {
    const { pass } = await send({ failures: 9, lambda: { deadLetterArn: queueArn('dead') } });
    await pass(10 * MINUTE);
    expect(queue.sent).toEqual([
      {
        queue: 'dead',
        body: '{"a":1}',
        attributes: {
          RequestID: { DataType: 'String', StringValue: 'request-1' },
          ErrorCode: { DataType: 'Number', StringValue: '200' },
          ErrorMessage: { DataType: 'String', StringValue: 'no' },
        },
      },
    ]);
  });

  test('both hear of it where there are both', async () => {
    const { pass } = await send({
      failures: 9,
      maximumRetryAttempts: 0,
      onFailure: queueArn('failures'),
      lambda: { deadLetterArn: queueArn('dead') },
    });
    await pass(MINUTE);
    expect(queue.sent.map(({ queue: name }) => name)).toEqual(['dead', 'failures']);
  });

  test('what nobody hears of is reported', async () => {
    const { pass } = await send({ failures: 9, maximumRetryAttempts: 0 });
    await pass(MINUTE);
    expect(queue.reports).toEqual([
      expect.stringMatching(/an event is dropped \(RetriesExhausted, request request-1\)/),
    ]);
  });
});
