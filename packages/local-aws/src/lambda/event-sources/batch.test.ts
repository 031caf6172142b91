import { describe, expect, it } from 'vitest';
import { failedMessages, recordOf, withinPayload } from './batch.ts';

const messages = [{ MessageId: 'a' }, { MessageId: 'b' }];

describe('the report of a batch', () => {
  it.each([
    ['nothing', 'null', []],
    ['an empty object', '{}', []],
    ['a text', '"done"', []],
    ['no list', '{"batchItemFailures":null}', []],
    ['an empty list', '{"batchItemFailures":[]}', []],
    ['one message', '{"batchItemFailures":[{"itemIdentifier":"b"}]}', ['b']],
    ['an unknown message', '{"batchItemFailures":[{"itemIdentifier":"z"}]}', ['a', 'b']],
    ['an empty identifier', '{"batchItemFailures":[{"itemIdentifier":""}]}', ['a', 'b']],
    ['no identifier', '{"batchItemFailures":[{}]}', ['a', 'b']],
    ['null among the failures', '{"batchItemFailures":[null]}', ['a', 'b']],
    ['no list but a text', '{"batchItemFailures":"b"}', ['a', 'b']],
    ['no JSON', 'oops', ['a', 'b']],
  ])('%s', (_, response, failed) => {
    expect([...failedMessages(response, messages)]).toEqual(failed);
  });
});

describe('a batch', () => {
  it('gives messages in the shape of an SQS event', () => {
    const record = recordOf(
      {
        MessageId: 'm',
        ReceiptHandle: 'r',
        Body: '{}',
        MD5OfBody: 'd',
        Attributes: { ApproximateReceiveCount: '1' },
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } },
      },
      'arn:aws:sqs:eu-west-1:000000000000:q',
      'eu-west-1',
    );
    expect(record).toEqual({
      messageId: 'm',
      receiptHandle: 'r',
      body: '{}',
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: { kind: { stringValue: 'x', dataType: 'String', stringListValues: [], binaryListValues: [] } },
      md5OfBody: 'd',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:q',
      awsRegion: 'eu-west-1',
    });
  });

  it('is split where its payload would be too large', () => {
    expect(withinPayload([4, 4, 4, 9, 1], (size) => size, 10)).toEqual([[4, 4], [4], [9, 1]]);
    expect(withinPayload([11], (size) => size, 10)).toEqual([[11]]);
    expect(withinPayload([], () => 1)).toEqual([]);
  });
});
