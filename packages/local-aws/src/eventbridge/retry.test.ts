import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { standIn } from '../kernel/authorization/stand-in.ts';
import { manualClock } from '../kernel/clock.ts';
import { AwsError } from '../kernel/errors.ts';
import { Kernel } from '../kernel/kernel.ts';
import { failureOf, nextTry } from './retry.ts';
import { eventbridgeService } from './service.ts';

const HOUR = 3_600_000;

describe('a retry policy', () => {
  const delay = (retries: number) => {
    const next = nextTry(undefined, { retries, receivedAt: 0, now: 0 });
    return 'at' in next ? next.at : Number.NaN;
  };

  it('waits longer each time, with jitter, up to ten minutes', () => {
    for (const [retries, longest] of [
      [0, 1000],
      [3, 8000],
      [50, 600_000],
    ] as const) {
      expect(delay(retries)).toBeGreaterThanOrEqual(longest / 2);
      expect(delay(retries)).toBeLessThanOrEqual(longest);
    }
  });

  it('ends after 185 retries or 24 hours unless it says otherwise', () => {
    expect(nextTry(undefined, { retries: 185, receivedAt: 0, now: 0 })).toEqual({ exhausted: 'MaximumRetryAttempts' });
    expect(nextTry(undefined, { retries: 1, receivedAt: 0, now: 24 * HOUR })).toEqual({
      exhausted: 'MaximumEventAgeInSeconds',
    });
    const policy = { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 };
    expect(nextTry(policy, { retries: 0, receivedAt: 0, now: 0 })).toEqual({ exhausted: 'MaximumRetryAttempts' });
  });

  it.each([
    [new AwsError('QueueDoesNotExist', ''), 'NO_RESOURCE', false],
    [new AwsError('ResourceNotFoundException', ''), 'NO_RESOURCE', false],
    [new AwsError('AccessDeniedException', ''), 'NO_PERMISSIONS', false],
    [new AwsError('InvalidParameterValue', ''), 'SDK_CLIENT_ERROR', false],
    [new AwsError('TooManyRequestsException', '', { status: 429 }), 'THROTTLING', true],
    [new AwsError('InternalFailure', '', { status: 500 }), 'UNKNOWN', true],
    [new Error('a fault of ours'), 'UNKNOWN', true],
  ])('takes %o for %s', (error, code, retryable) => {
    expect(failureOf(error)).toMatchObject({ code, retryable });
  });
});

describe('a delivery that is throttled', () => {
  it('is tried as often as the policy says, and then put into the dead-letter queue', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'eventbridge-retry-'));
    const clock = manualClock();
    let invocations = 0;
    const throttling = standIn<'lambda', undefined>({
      name: 'lambda',
      signingName: 'lambda',
      load: () => import('@aws-sdk/client-lambda'),
      create: () => undefined,
      operations: {
        Invoke() {
          invocations++;
          throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
        },
      },
    });
    const buried: SendMessageCommandInput[] = [];
    const recording = standIn<'sqs', undefined>({
      name: 'sqs',
      signingName: 'sqs',
      load: () => import('@aws-sdk/client-sqs'),
      create: () => undefined,
      operations: {
        SendMessage(input) {
          buried.push(input);
          return {};
        },
      },
    });
    const options = { dataDir, account: '000000000000', region: 'eu-west-1', clock, images: {}, report: () => {} };
    const kernel = new Kernel(options, [throttling, recording, eventbridgeService]);
    await kernel.start('http://127.0.0.1:0');
    const me = { kind: 'administrator' as const, arn: 'arn:aws:iam::000000000000:user/a', account: '000000000000' };
    await kernel.call('eventbridge', 'PutRule', { Name: 'r', EventPattern: '{"source":["app"]}' }, me);
    const target = {
      Id: 't',
      Arn: 'arn:aws:lambda:eu-west-1:000000000000:function:f',
      RetryPolicy: { MaximumRetryAttempts: 3 },
      DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:000000000000:dead' },
    };
    await kernel.call('eventbridge', 'PutTargets', { Rule: 'r', Targets: [target] }, me);
    const entry = { Source: 'app', DetailType: 'x', Detail: '{}' };
    await kernel.call('eventbridge', 'PutEvents', { Entries: [entry] }, me);
    await kernel.store.durable();
    await clock.advance(0);
    expect(invocations).toBe(1);
    await clock.advance(3000);
    expect(buried).toEqual([]);
    await clock.advance(HOUR);
    expect(invocations).toBe(4);
    expect(buried).toHaveLength(1);
    expect(buried[0]?.MessageAttributes).toMatchObject({
      ERROR_CODE: { StringValue: 'THROTTLING' },
      EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumRetryAttempts' },
      RETRY_ATTEMPTS: { StringValue: '3' },
    });
    await kernel.close();
    rmSync(dataDir, { recursive: true });
  });
});
