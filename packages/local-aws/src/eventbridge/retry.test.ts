import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { standIn } from '../kernel/authorization/stand-in.ts';
import { manualClock } from '../kernel/clock.ts';
import { AwsError, Closing } from '../kernel/errors.ts';
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

describe('a delivery', () => {
  /** Delivers one event to a function whose answers, and those of its dead-letter queue, the test gives. */
  async function delivering(MaximumRetryAttempts: number, invoke: () => void, bury = () => {}) {
    const dataDir = mkdtempSync(join(tmpdir(), 'eventbridge-retry-'));
    const clock = manualClock();
    const functions = standIn<'lambda', undefined>({
      name: 'lambda',
      signingName: 'lambda',
      load: () => import('@aws-sdk/client-lambda'),
      create: () => undefined,
      operations: {
        Invoke() {
          invoke();
          return { StatusCode: 202 };
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
          bury();
          buried.push(input);
          return {};
        },
      },
    });
    const options = { dataDir, account: '000000000000', region: 'eu-west-1', clock, images: {}, report: () => {} };
    const kernel = new Kernel(options, [functions, recording, eventbridgeService]);
    await kernel.start('http://127.0.0.1:0');
    const me = { kind: 'administrator' as const, arn: 'arn:aws:iam::000000000000:user/a', account: '000000000000' };
    await kernel.call('eventbridge', 'PutRule', { Name: 'r', EventPattern: '{"source":["app"]}' }, me);
    const target = {
      Id: 't',
      Arn: 'arn:aws:lambda:eu-west-1:000000000000:function:f',
      RetryPolicy: { MaximumRetryAttempts },
      DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:000000000000:dead' },
    };
    await kernel.call('eventbridge', 'PutTargets', { Rule: 'r', Targets: [target] }, me);
    const entry = { Source: 'app', DetailType: 'x', Detail: '{}' };
    await kernel.call('eventbridge', 'PutEvents', { Entries: [entry] }, me);
    await kernel.store.durable();
    await clock.advance(0);
    const close = async () => {
      await kernel.close();
      rmSync(dataDir, { recursive: true });
    };
    return { clock, buried, close };
  }
  const throttled = () => {
    throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
  };

  it('that is throttled is tried as often as the policy says, and then put into the dead-letter queue', async () => {
    let invocations = 0;
    const { clock, buried, close } = await delivering(3, () => {
      invocations++;
      throttled();
    });
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
    await close();
  });

  it('that a stop interrupts is no failure of its target', async () => {
    let invocations = 0;
    const { clock, buried, close } = await delivering(0, () => {
      if (++invocations === 1) throw new Closing();
    });
    await clock.advance(1000);
    expect(invocations).toBe(2);
    expect(buried).toEqual([]);
    await close();
  });

  it('whose dead-letter queue meets a fault of ours is not dropped', async () => {
    let burials = 0;
    const { clock, buried, close } = await delivering(0, throttled, () => {
      if (++burials === 1) throw new Error('a fault of ours');
    });
    expect(buried).toEqual([]);
    await clock.advance(1000);
    expect(buried).toHaveLength(1);
    await close();
  });

  it('that its dead-letter queue refuses is dropped, as on AWS', async () => {
    let burials = 0;
    const { clock, buried, close } = await delivering(0, throttled, () => {
      burials++;
      throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    });
    await clock.advance(HOUR);
    expect(burials).toBe(1);
    expect(buried).toEqual([]);
    await close();
  });
});
