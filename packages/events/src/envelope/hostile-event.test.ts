import { describe, expect, it } from 'vitest';
import { catalogue } from '../catalogue/catalogue.ts';
import { sampleEvent } from '../testing/sample-event.ts';
import { parseEvent } from './parse-event.ts';

const definition = catalogue.ImagesArrived;
const sample = sampleEvent(definition);
const { images } = definition.sample;
const [image] = 'items' in images ? images.items : [];
const { metadata, data } = sample.detail;
const withData = (value: unknown) => ({ ...sample, detail: { metadata, data: value } });
const withImage = (part: object) => withData({ images: { items: [{ ...image, ...part }] } });

describe('an event', () => {
  it.each([
    ['nothing', null, 'invalid-event'],
    ['a text', 'ImagesArrived', 'invalid-event'],
    ['a list', [sample], 'invalid-event'],
    ['no detail', { ...sample, detail: undefined }, 'invalid-event'],
    ['a detail that is still text', { ...sample, detail: JSON.stringify(sample.detail) }, 'invalid-event'],
    ['another event', { ...sample, 'detail-type': 'LabelsApproved' }, 'wrong-type'],
    ['an event that every object has', { ...sample, 'detail-type': 'constructor' }, 'wrong-type'],
    ["another's event", { ...sample, source: 'assay.training' }, 'wrong-source'],
    ['a newer event', { ...sample, detail: { metadata: { ...metadata, version: 2 }, data } }, 'invalid-event'],
    [
      'an event of version 1.5',
      { ...sample, detail: { metadata: { ...metadata, version: 1.5 }, data } },
      'invalid-event',
    ],
    [
      'an event of no time',
      { ...sample, detail: { metadata: { ...metadata, occurredAt: 'soon' }, data } },
      'invalid-event',
    ],
    [
      'an event of no story',
      { ...sample, detail: { metadata: { ...metadata, correlationId: '' }, data } },
      'invalid-event',
    ],
    ['no data', withData(undefined), 'invalid-event'],
    ['neither items nor a claim', withData({ images: {} }), 'invalid-event'],
    ['more items than travel in an event', withData({ images: { items: Array(101).fill(image) } }), 'invalid-event'],
    ['a hundred images of nothing', withData({ images: { items: Array(100).fill({}) } }), 'invalid-event'],
    [
      'a claim of nothing',
      withData({ images: { manifest: { uri: 's3://b/k', sha256: 'x', count: 0 } } }),
      'invalid-event',
    ],
    ['an image without end', withImage({ width: Number.POSITIVE_INFINITY }), 'invalid-event'],
    ['an image of no number', withImage({ width: Number.NaN }), 'invalid-event'],
    ['an image of less than nothing', withImage({ height: -1 }), 'invalid-event'],
    ['an image of text', withImage({ width: '640' }), 'invalid-event'],
    ['an image elsewhere', withImage({ uri: 'https://example.com/a.jpg' }), 'invalid-event'],
    ['an image that is a path', withImage({ imageId: '../../etc/passwd' }), 'invalid-event'],
  ])('that is %s is refused in few words', (_, event, code) => {
    let refusal: unknown;
    try {
      parseEvent(definition, event);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code, retryable: false, message: expect.stringContaining('ImagesArrived') });
    expect(String(refusal).length).toBeLessThan(2000);
  });

  it('may say of an image whose key has any character', () => {
    const uri = 's3://images/incoming/line/part/../\\ \n\u0001ü🧲%2F.jpg';
    expect(parseEvent(definition, withImage({ uri })).data.images).toMatchObject({ items: [{ uri }] });
  });

  it('gives nothing to what every object inherits', () => {
    const event: unknown = JSON.parse(JSON.stringify(sample).replace('"detail":{', '"detail":{"__proto__":{"x":1},'));
    expect(parseEvent(definition, event).data).toEqual(data);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});
