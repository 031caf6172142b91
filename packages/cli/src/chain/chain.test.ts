import { createHash } from 'node:crypto';
import { catalogue, type EventDefinition } from '@assay/events';
import { sampleEvent } from '@assay/events/testing';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test, vi } from 'vitest';
import { createChain } from './chain.ts';

const region = 'eu-west-1';
const logs = () => new CloudWatchLogsClient({ region });
const s3 = () => new S3Client({ region });

const logged = (...events: unknown[]) =>
  events.map((event) => ({ message: JSON.stringify(event), timestamp: Date.parse('2026-03-04T08:16:00Z') }));

/** A journal of which each look finds one more line. */
function journalOf(...lines: unknown[]) {
  const found: unknown[] = [];
  const send = async () => {
    if (lines.length > 0) found.push(lines.shift());
    return { events: logged(...found) };
  };
  return { logs: Object.assign(logs(), { send }), s3: s3() };
}

function saidAt(definition: EventDefinition, minute: number, id: number) {
  const event = sampleEvent(definition);
  const metadata = {
    ...event.detail.metadata,
    occurredAt: `2026-03-04T08:${minute}:00.000Z`,
    eventId: `7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5${id}`,
  };
  return { ...event, detail: { ...event.detail, metadata } };
}

test('comes to the same when the journal tells of an event late, or twice', async () => {
  const arrived = saidAt(catalogue.ImagesArrived, 10, 1);
  const approved = saidAt(catalogue.LabelsApproved, 20, 2);
  const inOrder = createChain(journalOf(arrived, approved), { journal: 'journal' });
  const late = createChain(journalOf(approved, arrived, approved), { journal: 'journal' });
  for (let look = 0; look < 3; look++) {
    await inOrder.refresh();
    await late.refresh();
  }
  expect([...late.state.images.values()].some(({ stage }) => stage === 'approved')).toBe(true);
  expect(late.state).toEqual(inOrder.state);
});

test('misses nothing of a journal that could not be read to its end', async () => {
  const arrived = saidAt(catalogue.ImagesArrived, 10, 1);
  const approved = saidAt(catalogue.LabelsApproved, 20, 2);
  const send = vi.fn<() => Promise<unknown>>();
  const chain = createChain({ logs: Object.assign(logs(), { send }), s3: s3() }, { journal: 'journal' });
  send.mockResolvedValueOnce({ events: logged(arrived), nextToken: 'more' }).mockRejectedValueOnce(new Error('gone'));
  await expect(chain.refresh()).rejects.toThrow('gone');
  send.mockResolvedValueOnce({ events: logged(arrived), nextToken: 'more' });
  send.mockResolvedValueOnce({ events: logged(approved) });
  expect((await chain.refresh()).events).toMatchObject({ ImagesArrived: 1, LabelsApproved: 1 });
});

test('misses nothing of events whose lists could not be read', async () => {
  const arrived = saidAt(catalogue.ImagesArrived, 10, 1);
  const { images, ...data } = catalogue.ImagesArrived.sample;
  const body = 'items' in images ? `${JSON.stringify(images.items[0])}\n` : '';
  const sha256 = createHash('sha256').update(body).digest('hex');
  const manifest = { uri: 's3://claims/images.jsonl', sha256, count: 1 };
  const claimed = { ...arrived, detail: { ...arrived.detail, data: { ...data, images: { manifest } } } };
  const stored = saidAt(catalogue.LabelsStored, 20, 2);
  const read = vi.fn<() => Promise<unknown>>();
  const send = vi.fn<() => Promise<unknown>>().mockResolvedValue({ events: logged(claimed, stored) });
  const clients = { logs: Object.assign(logs(), { send }), s3: Object.assign(s3(), { send: read }) };
  const chain = createChain(clients, { journal: 'journal' });
  read.mockRejectedValueOnce(new Error('gone'));
  await expect(chain.refresh()).rejects.toThrow('images.jsonl');
  read.mockResolvedValueOnce({ Body: { transformToString: async () => body } });
  const { events, images: known } = await chain.refresh();
  expect(events).toMatchObject({ ImagesArrived: 1, LabelsStored: 1 });
  expect(known.size).toBe(1);
});
