import { catalogue, type EventDefinition } from '@assay/events';
import { sampleEvent } from '@assay/events/testing';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { createChain } from './chain.ts';

const region = 'eu-west-1';

/** A journal of which each look finds one more line. */
function journalOf(...lines: unknown[]) {
  const found: { message: string; timestamp: number }[] = [];
  const send = async () => {
    const line = lines.shift();
    if (line !== undefined)
      found.push({ message: JSON.stringify(line), timestamp: Date.parse('2026-03-04T08:16:00Z') });
    return { events: found };
  };
  return { logs: Object.assign(new CloudWatchLogsClient({ region }), { send }), s3: new S3Client({ region }) };
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
