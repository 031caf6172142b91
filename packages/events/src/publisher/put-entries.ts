import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { EventError } from '../errors.ts';
import { intoCalls } from './entry-size.ts';

/** Failures of an entry that may pass by themselves; all others are said again in vain. */
const RETRYABLE_CODES: ReadonlySet<string> = new Set(['InternalFailure', 'InternalException', 'ThrottlingException']);

const MAX_ATTEMPTS = 5;
const FIRST_DELAY_MS = 100;

export interface PutEntriesDependencies {
  readonly eventBridge: Pick<EventBridgeClient, 'send'>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
}

interface Failure {
  readonly entry: PutEventsRequestEntry;
  readonly code: string;
  readonly message: string;
}

/**
 * Puts all entries onto their bus. PutEvents answers 200 even when entries failed: only those are tried again, with
 * exponential backoff. Throws {@link EventError} `publish-failed` when any entry remains, naming them and why; it is
 * retryable when trying later can help.
 */
export async function putEntries(
  dependencies: PutEntriesDependencies,
  entries: readonly PutEventsRequestEntry[],
): Promise<void> {
  const hopeless: Failure[] = [];
  let remaining: readonly PutEventsRequestEntry[] = entries;
  for (let attempt = 1; ; attempt += 1) {
    const failures = await putOnce(dependencies.eventBridge, remaining);
    const retryable = failures.filter((failure) => RETRYABLE_CODES.has(failure.code));
    hopeless.push(...failures.filter((failure) => !RETRYABLE_CODES.has(failure.code)));
    if (retryable.length === 0 || attempt === MAX_ATTEMPTS) {
      if (hopeless.length + retryable.length > 0) throw publishFailed(entries.length, hopeless, retryable);
      return;
    }
    remaining = retryable.map((failure) => failure.entry);
    await dependencies.sleep(FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + dependencies.random() / 2));
  }
}

async function putOnce(
  eventBridge: Pick<EventBridgeClient, 'send'>,
  entries: readonly PutEventsRequestEntry[],
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const call of intoCalls(entries)) {
    const response = await eventBridge.send(new PutEventsCommand({ Entries: call }));
    call.forEach((entry, index) => {
      const result = response.Entries?.[index];
      if (result?.EventId !== undefined) return;
      const code = result?.ErrorCode ?? 'InternalFailure';
      failures.push({ entry, code, message: result?.ErrorMessage ?? 'the answer has no result for this entry' });
    });
  }
  return failures;
}

function publishFailed(total: number, hopeless: readonly Failure[], retryable: readonly Failure[]): EventError {
  const failures = [...hopeless, ...retryable];
  const reasons = failures.map(({ entry, code, message }) => `${entry.DetailType}: ${code} (${message})`);
  return new EventError(
    'publish-failed',
    `${failures.length} of ${total} events were not published: ${[...new Set(reasons)].join('; ')}`,
    { retryable: hopeless.length === 0 },
  );
}
