import { expect, it } from 'vitest';
import { eventMap, insertMap } from './event-map.ts';

const rules = [
  { service: 'labeling', name: 'Arrived', sources: ['assay.image-intake'], detailTypes: ['ImagesArrived'] },
  { service: 'image-intake', name: 'Uploads', sources: ['aws.s3'], detailTypes: ['Object Created'] },
  { service: 'training', name: 'Nightly', sources: [], detailTypes: [], schedule: 'rate(1 day)' },
];

it('draws who says what to whom', () => {
  const map = eventMap(rules);
  expect(map).toContain('  image-intake -- ImagesArrived --> labeling');
  expect(map).toContain('  aws.s3([aws.s3]) -. Object Created .-> image-intake');
  expect(map).toContain('| `ImagesArrived` v1 | image-intake | labeling |');
  expect(map).toContain('| `TrainingRequested` v1 | training and anyone | – |');
  expect(map).toContain('| training | schedule `rate(1 day)` |');
});

it('replaces what is between the markers and nothing else', () => {
  const page = 'before\n<!-- event-map:start -->\nold\n<!-- event-map:end -->\nafter';
  const inserted = insertMap(page, 'new');
  expect(inserted).toBe('before\n<!-- event-map:start -->\n\nnew\n\n<!-- event-map:end -->\nafter');
  expect(insertMap(inserted, 'new')).toBe(inserted);
});

it('says which markers are missing', () => {
  expect(() => insertMap('no markers', 'new')).toThrow('<!-- event-map:start -->');
});
