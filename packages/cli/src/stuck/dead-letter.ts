import type { Message } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { type EventSummary, summariseEvent } from './event-summary.ts';

/** What gave a message up, by ARN. */
export type Place =
  | { kind: 'rule'; rule: string; target: string }
  | { kind: 'function'; function: string }
  | { kind: 'queue'; queue: string }
  | { kind: 'unknown' };

export interface DeadLetter {
  service: string;
  messageId: string;
  place: Place;
  reason: { code: string; message: string };
  /** How often it was tried. */
  attempts?: number;
  /** When it came, and when it was last tried. ISO 8601. */
  firstAt?: string;
  lastAt?: string;
  event: EventSummary;
}

/** "Event retry policy and using dead-letter queues": the attributes that EventBridge adds. */
const ruleAttributesSchema = z.object({
  RULE_ARN: z.string(),
  TARGET_ARN: z.string(),
  ERROR_CODE: z.string().default('UNKNOWN'),
  ERROR_MESSAGE: z.string().default(''),
  EXHAUSTED_RETRY_CONDITION: z.string().optional(),
  RETRY_ATTEMPTS: z.coerce.number().int().optional(),
});

/** "Invocation record" of an asynchronous invocation that failed. */
export const invocationRecordSchema = z.object({
  timestamp: z.string(),
  requestContext: z.object({
    functionArn: z.string(),
    condition: z.string(),
    approximateInvokeCount: z.number().int(),
  }),
  requestPayload: z.unknown(),
  responsePayload: z
    .looseObject({ errorType: z.string().optional(), errorMessage: z.string().optional() })
    .nullish()
    .catch(undefined),
});

/** Reads where and why a message of a service's dead-letter queue got stuck. */
export function readDeadLetter(service: string, message: Message): DeadLetter {
  const { MessageId: messageId = '', Attributes: system = {} } = message;
  const body = parsed(message.Body);
  const sentAt = isoTime(system.SentTimestamp);
  const sourceQueue = system.DeadLetterQueueSourceArn;
  if (sourceQueue) {
    const event = summariseEvent(body);
    const reason = { code: 'NotProcessed', message: 'its function did not process it' };
    return { service, messageId, place: { kind: 'queue', queue: sourceQueue }, reason, firstAt: sentAt, event };
  }
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, value.StringValue]);
  const rule = ruleAttributesSchema.safeParse(Object.fromEntries(attributes)).data;
  if (rule) {
    const event = summariseEvent(body);
    const gaveUp = rule.EXHAUSTED_RETRY_CONDITION;
    return {
      service,
      messageId,
      place: { kind: 'rule', rule: rule.RULE_ARN, target: rule.TARGET_ARN },
      reason: { code: rule.ERROR_CODE, message: `${rule.ERROR_MESSAGE}${gaveUp ? ` (${gaveUp} exhausted)` : ''}` },
      attempts: rule.RETRY_ATTEMPTS === undefined ? undefined : rule.RETRY_ATTEMPTS + 1,
      firstAt: event.time ?? sentAt,
      lastAt: sentAt,
      event,
    };
  }
  const record = invocationRecordSchema.safeParse(body).data;
  if (record) {
    const { functionArn, condition, approximateInvokeCount } = record.requestContext;
    const { errorType = condition, errorMessage } = record.responsePayload ?? {};
    const event = summariseEvent(record.requestPayload);
    return {
      service,
      messageId,
      place: { kind: 'function', function: functionArn },
      reason: { code: errorType, message: `${errorMessage ?? 'it was never run'} (${condition})` },
      attempts: approximateInvokeCount,
      firstAt: event.time ?? record.timestamp,
      lastAt: record.timestamp,
      event,
    };
  }
  const reason = { code: 'Unknown', message: 'neither a rule, a function nor a queue says that it gave this up' };
  return { service, messageId, place: { kind: 'unknown' }, reason, firstAt: sentAt, event: summariseEvent(body) };
}

export function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    // A body that isn't JSON is one of the things that get stuck.
    return undefined;
  }
}

function isoTime(milliseconds: string | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(Number(milliseconds)).toISOString();
}
