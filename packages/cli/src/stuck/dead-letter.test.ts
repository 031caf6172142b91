import { catalogue } from '@assay/events';
import { sampleEvent } from '@assay/events/testing';
import { expect, test } from 'vitest';
import { readDeadLetter } from './dead-letter.ts';
import { groupAlike } from './groups.ts';

const labelsApproved = sampleEvent(catalogue.LabelsApproved);
const RULE = 'arn:aws:events:eu-west-1:000000000000:rule/assay-local/assay-local-label-store-labels-approved';
const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:assay-local-label-store-store';
const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:assay-local-image-intake-uploads';
const sent = { SentTimestamp: String(Date.UTC(2026, 2, 4, 9)) };
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

/** What Lambda tells an on-failure destination. */
const record = (message: string, requestPayload: unknown = labelsApproved) =>
  JSON.stringify({
    version: '1.0',
    timestamp: '2026-03-04T08:20:00.000Z',
    requestContext: {
      requestId: 'r',
      functionArn: `${FUNCTION}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'EventError', errorMessage: message },
  });

test('reads what EventBridge says of an event that did not reach its target', () => {
  const letter = readDeadLetter('label-store', {
    MessageId: 'm1',
    Body: JSON.stringify(labelsApproved),
    Attributes: sent,
    MessageAttributes: {
      RULE_ARN: text(RULE),
      TARGET_ARN: text(FUNCTION),
      ERROR_CODE: text('THROTTLING'),
      ERROR_MESSAGE: text('Rate exceeded'),
      EXHAUSTED_RETRY_CONDITION: text('MaximumRetryAttempts'),
      RETRY_ATTEMPTS: text('20'),
    },
  });
  expect(letter).toEqual({
    service: 'label-store',
    messageId: 'm1',
    place: { kind: 'rule', rule: RULE, target: FUNCTION },
    reason: { code: 'THROTTLING', message: 'Rate exceeded (MaximumRetryAttempts exhausted)' },
    attempts: 21,
    firstAt: '2026-03-04T08:16:00Z',
    lastAt: '2026-03-04T09:00:00.000Z',
    event: {
      name: 'LabelsApproved',
      source: 'assay.labeling',
      time: '2026-03-04T08:16:00Z',
      correlationId: 'story-1',
      key: 'assay-local-boxes-20260304-081600-7f3a',
    },
  });
});

test('reads what Lambda says of an invocation that failed', () => {
  expect(
    readDeadLetter('label-store', { MessageId: 'm2', Body: record('no such field'), Attributes: sent }),
  ).toMatchObject({
    place: { kind: 'function', function: `${FUNCTION}:$LATEST` },
    reason: { code: 'EventError', message: 'no such field (RetriesExhausted)' },
    attempts: 3,
    firstAt: '2026-03-04T08:16:00Z',
    lastAt: '2026-03-04T08:20:00.000Z',
    event: { name: 'LabelsApproved', correlationId: 'story-1' },
  });
});

test('knows a message that its queue gave up by where SQS says it came from', () => {
  const upload = {
    'detail-type': 'Object Created',
    source: 'aws.s3',
    detail: { bucket: { name: 'images' }, object: { key: 'incoming/a b.jpg' } },
  };
  const Attributes = { ...sent, DeadLetterQueueSourceArn: QUEUE };
  expect(readDeadLetter('image-intake', { MessageId: 'm3', Body: JSON.stringify(upload), Attributes })).toMatchObject({
    place: { kind: 'queue', queue: QUEUE },
    firstAt: '2026-03-04T09:00:00.000Z',
    event: { name: 'Object Created', key: 's3://images/incoming/a b.jpg' },
  });
});

test('takes what is neither for what it is, whatever is in it', () => {
  for (const Body of ['', 'no JSON', '[]', 'null', '{"requestContext":{}}', '{"detail":3}'])
    expect(readDeadLetter('training', { MessageId: 'm4', Body, Attributes: sent })).toMatchObject({
      place: { kind: 'unknown' },
      reason: { code: 'Unknown' },
      event: {},
    });
});

test('names what an event of ours is about', () => {
  const keyOf = (event: unknown) => readDeadLetter('x', { Body: record('broken', event) }).event.key;
  const images = { images: { items: [{ imageId: 'a' }, { imageId: 'b' }] } };
  expect(keyOf(sampleEvent(catalogue.ImagesArrived, { data: images }))).toBe('a and 1 more');
  expect(keyOf(sampleEvent(catalogue.ModelApproved))).toMatch(/model-package\/assay-local-detector\/7$/);
  const claimed = { images: { manifest: { uri: 's3://claims/x.jsonl', sha256: 'f', count: 500 } } };
  expect(keyOf(sampleEvent(catalogue.ImagesArrived, { data: claimed }))).toBe('s3://claims/x.jsonl (500)');
  const scheduled = { 'detail-type': 'Scheduled Event', source: 'aws.events', resources: [RULE], detail: {} };
  expect(keyOf(scheduled)).toBe(RULE);
});

test('puts together what failed alike, and keeps apart what did not', () => {
  const letters = [
    record('image 4b7a3f0c9d1e5268 has no width'),
    record('image 90c1e7d2b5a84f36 has no width'),
    record('the store is closed'),
  ].map((Body, index) => readDeadLetter('label-store', { MessageId: `m${index}`, Body }));
  const groups = groupAlike(letters);
  expect(groups.map(({ letters: alike }) => alike.map(({ messageId }) => messageId))).toEqual([['m0', 'm1'], ['m2']]);
  expect(groups[0]).toMatchObject({
    attempts: { least: 3, most: 3 },
    firstAt: '2026-03-04T08:16:00Z',
    lastAt: '2026-03-04T08:20:00.000Z',
  });
});
