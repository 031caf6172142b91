import type { Target } from '@aws-sdk/client-eventbridge';
import { AwsError, messageOf } from '../kernel/errors.ts';

/** Why a delivery failed, in EventBridge's terms ("Event retry policy and using dead-letter queues"). */
export interface Failure {
  code: string;
  message: string;
  /** False when trying again can't help: the event goes to the dead-letter queue at once. */
  retryable: boolean;
}

const NOTHING_THERE = new Set([
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'StateMachineDoesNotExist',
  'StateMachineDeleting',
  'NoSuchEntity',
]);

const FORBIDDEN = new Set(['AccessDenied', 'AccessDeniedException', 'NotAuthorizedException', 'InvalidClientTokenId']);

const THROTTLED = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'RequestThrottled',
  'ExecutionLimitExceeded',
]);

export function failureOf(error: unknown): Failure {
  const message = messageOf(error);
  if (!(error instanceof AwsError)) return { code: 'UNKNOWN', message, retryable: true };
  if (NOTHING_THERE.has(error.code)) return { code: 'NO_RESOURCE', message, retryable: false };
  if (FORBIDDEN.has(error.code)) return { code: 'NO_PERMISSIONS', message, retryable: false };
  if (THROTTLED.has(error.code)) return { code: 'THROTTLING', message, retryable: true };
  if ((error.status ?? 400) >= 500) return { code: 'UNKNOWN', message, retryable: true };
  return { code: 'SDK_CLIENT_ERROR', message, retryable: false };
}

const DEFAULT_ATTEMPTS = 185;
const DEFAULT_AGE_SECONDS = 86_400;
const LONGEST_DELAY = 10 * 60_000;

export type Exhausted = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

/** When to try again, or why no more: exponential backoff with jitter, until the target's retry policy is exhausted. */
export function nextTry(
  policy: Target['RetryPolicy'],
  { retries, receivedAt, now }: { retries: number; receivedAt: number; now: number },
): { at: number } | { exhausted: Exhausted } {
  if (retries >= (policy?.MaximumRetryAttempts ?? DEFAULT_ATTEMPTS)) return { exhausted: 'MaximumRetryAttempts' };
  const delay = Math.min(LONGEST_DELAY, 1000 * 2 ** Math.min(retries, 20)) * (0.5 + Math.random() / 2);
  const at = Math.round(now + delay);
  const oldest = receivedAt + (policy?.MaximumEventAgeInSeconds ?? DEFAULT_AGE_SECONDS) * 1000;
  return at > oldest ? { exhausted: 'MaximumEventAgeInSeconds' } : { at };
}
