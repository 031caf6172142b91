import type { MessageAttributeValue, MessageSystemAttributeValue } from '@aws-sdk/client-sqs';
import { AwsError } from '../kernel/errors.ts';
import { attributeBytes, attributesDigest, bodyDigest, storedAttributes } from './message-attributes.ts';
import { numberOf, type Queue } from './queues.ts';
import type { SqsState } from './state.ts';

export interface Draft {
  MessageBody: string | undefined;
  DelaySeconds?: number;
  MessageAttributes?: Record<string, MessageAttributeValue>;
  MessageSystemAttributes?: Partial<Record<string, MessageSystemAttributeValue>>;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
}

/** Characters that XML 1.0 knows, as "SendMessage" allows them. */
const UNSENDABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

const invalid = (message: string) => new AwsError('InvalidParameterValue', message);

export function draftBytes(draft: Draft): number {
  return Buffer.byteLength(draft.MessageBody ?? '') + attributeBytes(storedAttributes(draft.MessageAttributes));
}

/** Puts one message into a queue and wakes who waits for it. */
export function send(
  state: SqsState,
  queue: Queue,
  draft: Draft,
  sender: string,
): {
  MessageId: string;
  MD5OfMessageBody: string;
  MD5OfMessageAttributes?: string;
  MD5OfMessageSystemAttributes?: string;
} {
  const body = draft.MessageBody;
  if (!body) throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (UNSENDABLE.test(body))
    throw new AwsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  if (draft.MessageDeduplicationId !== undefined)
    throw invalid(
      `Value ${draft.MessageDeduplicationId} for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.`,
    );
  const delay = draft.DelaySeconds ?? numberOf(queue, 'DelaySeconds');
  if (!Number.isInteger(delay) || delay < 0 || delay > 900)
    throw invalid(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  const attributes = storedAttributes(draft.MessageAttributes);
  const system = storedSystemAttributes(draft.MessageSystemAttributes);
  const longest = numberOf(queue, 'MaximumMessageSize');
  if (Buffer.byteLength(body) + attributeBytes(attributes) > longest)
    throw invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${longest} bytes.`);
  const now = state.kernel.clock.now();
  const id = state.messages.add(queue.name, {
    body,
    attributes,
    system,
    sender,
    sentAt: now,
    visibleAt: now + delay * 1000,
  });
  // Also when it is delayed: a waiting receiver then learns when to look again.
  state.arrivals.announce(queue.name);
  const attributesMd5 = attributesDigest(attributes);
  const systemMd5 = attributesDigest(system);
  return {
    MessageId: id,
    MD5OfMessageBody: bodyDigest(body),
    ...(attributesMd5 && { MD5OfMessageAttributes: attributesMd5 }),
    ...(systemMd5 && { MD5OfMessageSystemAttributes: systemMd5 }),
  };
}

function storedSystemAttributes(attributes: Draft['MessageSystemAttributes']) {
  const given: Record<string, MessageAttributeValue> = {};
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name !== 'AWSTraceHeader') throw invalid(`Message system attribute name '${name}' is invalid.`);
    if (value) given[name] = { DataType: value.DataType, StringValue: value.StringValue };
  }
  return storedAttributes(given);
}
