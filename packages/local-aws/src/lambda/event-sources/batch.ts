import type { Message } from '@aws-sdk/client-sqs';

/** A message as the function gets it ("Example Amazon SQS message event"). */
export function recordOf(message: Message, queueArn: string, region: string): Record<string, unknown> {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, attribute]) => [
    name,
    {
      ...(attribute.StringValue !== undefined && { stringValue: attribute.StringValue }),
      ...(attribute.BinaryValue && { binaryValue: Buffer.from(attribute.BinaryValue).toString('base64') }),
      stringListValues: [],
      binaryListValues: [],
      dataType: attribute.DataType,
    },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes),
    ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

/**
 * Which messages of a batch failed, as the function reports them ("Reporting batch item failures"): nothing reported is all
 * well; a report that doesn't parse, or that names a message outside of the batch, fails them all.
 */
export function failedMessages(response: string, messages: Message[]): Set<string> {
  const ids = new Set(messages.map(({ MessageId = '' }) => MessageId));
  let reported: unknown;
  try {
    reported = JSON.parse(response);
  } catch {
    return ids;
  }
  if (reported === null || typeof reported !== 'object' || !('batchItemFailures' in reported)) return new Set();
  const { batchItemFailures: failures } = reported;
  if (failures === null || failures === undefined) return new Set();
  if (!Array.isArray(failures)) return ids;
  const failed = new Set<string>();
  for (const failure of failures) {
    const id: unknown = failure?.itemIdentifier;
    if (typeof id !== 'string' || !ids.has(id)) return ids;
    failed.add(id);
  }
  return failed;
}

/** Splits messages so that each part stays below a synchronous invocation's 6 MB. */
export function withinPayload<T>(records: T[], sizeOf: (record: T) => number, most = 5_800_000): T[][] {
  const parts: T[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    const part = parts.at(-1);
    if (!part || bytes + size > most) {
      parts.push([record]);
      bytes = size;
    } else {
      part.push(record);
      bytes += size;
    }
  }
  return parts;
}
