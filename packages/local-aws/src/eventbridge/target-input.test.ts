import { describe, expect, it } from 'vitest';
import type { BusEvent } from './event.ts';
import { type Delivery, targetInput } from './target-input.ts';

const event: BusEvent = {
  version: '0',
  id: '6f1d2c1e-0b52-4f0e-9d0a-2a7c3c6f1b11',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '000000000000',
  time: '2026-03-04T08:15:30Z',
  region: 'eu-west-1',
  resources: ['arn:aws:s3:::raw'],
  detail: { bucket: { name: 'raw' }, object: { key: 'a "b".jpg', size: 12 }, list: [{ x: 1 }, { x: 2 }] },
};
const delivery: Delivery = { event, ruleArn: 'arn:rule', ruleName: 'rule', receivedAt: Date.UTC(2026, 2, 4) };
const target = { Id: 't', Arn: 'arn:aws:sqs:eu-west-1:000000000000:q' };
const transformed = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) =>
  targetInput({ ...target, InputTransformer: { InputPathsMap, InputTemplate } }, delivery);

describe('what a target gets', () => {
  it('is the whole event unless the target says otherwise', () => {
    expect(JSON.parse(targetInput(target, delivery))).toEqual(event);
    expect(targetInput({ ...target, Input: '{"kind":"nightly"}' }, delivery)).toBe('{"kind":"nightly"}');
    expect(targetInput({ ...target, InputPath: '$.detail.list[1]' }, delivery)).toBe('{"x":2}');
    expect(targetInput({ ...target, InputPath: '$.detail-type' }, delivery)).toBe('"Object Created"');
  });

  it('is a JSON template filled in with JSON', () => {
    const paths = {
      b: '$.detail.bucket.name',
      k: '$.detail.object.key',
      o: '$.detail.object',
      s: '$.detail.object.size',
    };
    const text = transformed('{"bucket":<b>,"key":<k>,"object":<o>,"text":"<b> holds <s>"}', paths);
    expect(JSON.parse(text)).toEqual({
      bucket: 'raw',
      key: 'a "b".jpg',
      object: event.detail.object,
      text: 'raw holds 12',
    });
  });

  it('is a text template filled in with texts', () => {
    expect(transformed('<k> is < <s> bytes', { k: '$.detail.bucket.name', s: '$.detail.object.size' })).toBe(
      'raw is < 12 bytes',
    );
  });

  it('leaves out what the event does not have', () => {
    expect(transformed('"<a>|<b>"', { a: '$.detail.nothing', b: '$.source' })).toBe('"|aws.s3"');
  });

  it('knows the reserved variables', () => {
    const { detail: _, ...envelope } = event;
    const template =
      '{"rule":<aws.events.rule-arn>,"name":<aws.events.rule-name>,"at":<aws.events.event.ingestion-time>,"event":<aws.events.event>,"all":<aws.events.event.json>}';
    expect(JSON.parse(transformed(template))).toEqual({
      rule: 'arn:rule',
      name: 'rule',
      at: '2026-03-04T00:00:00.000Z',
      event: envelope,
      all: event,
    });
  });
});
