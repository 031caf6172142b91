import { PutRecordCommand } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { expect, it } from 'vitest';
import type { LabelRecord } from '../domain/label-record.ts';
import { createFeatureStore } from './feature-store.ts';

const record: LabelRecord = {
  record_id: 'image:boxes-1',
  image_id: 'image',
  uri: 's3://images/accepted/image.jpg',
  width: 640,
  height: 480,
  depth: 3,
  boxes: '[]',
  verdict: 'rejected',
  station: 'line-1',
  part: 'tag',
  origin: 'upload',
  labeling_job: 'boxes-1',
  verification_job: 'verify-1',
  agreement: 0,
  attempt: 1,
  event_time: '2026-03-04T10:00:00.000Z',
};

/** What the Feature Store is given of a record. */
async function stored(more: Partial<LabelRecord>) {
  const given: Record<string, string | undefined> = {};
  const send = async (command: unknown) => {
    if (!(command instanceof PutRecordCommand)) throw new Error('only PutRecord is expected');
    for (const { FeatureName = '', ValueAsString } of command.input.Record ?? []) given[FeatureName] = ValueAsString;
  };
  await createFeatureStore({ send } as Parameters<typeof createFeatureStore>[0], 'labels').put({ ...record, ...more });
  return given;
}

it('gives every value as text, and leaves out what is absent', async () => {
  const given = await stored({});
  expect(given).toMatchObject({ width: '640', agreement: '0', verdict: 'rejected' });
  expect(given).not.toHaveProperty('comment');
});

it('puts a comment of several lines on one: the Feature Store takes no line breaks', async () => {
  const comment = 'top left\r\n\r\nand below\nthe hole\u2028twice';
  expect(await stored({ comment })).toMatchObject({ comment: 'top left and below the hole twice' });
});
