import type { DeviceOutcome, Metadata } from '@assay/events';
import { createPublisher } from '@assay/events/publisher';
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, it } from 'vitest';
import { approve, settle } from '../domain/line/decisions.ts';
import { changeRollout, emptyLine } from '../domain/line/line.ts';
import { rolloutEvents } from './rollout-events.ts';

const cause: Metadata = {
  eventId: '7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b',
  correlationId: 'story',
  occurredAt: '2026-03-04T08:00:00.000Z',
  producer: 'assay.model-registry-watcher',
  version: 1,
};

const model = {
  modelPackageArn: 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/3',
  modelPackageVersion: 3,
  modelUri: 's3://models/3.tar.gz',
};

/** What is said when the devices have come to this. */
async function saidOf(devices: readonly DeviceOutcome[]): Promise<unknown> {
  const details: unknown[] = [];
  const send = async (command: unknown) => {
    const entries = command instanceof PutEventsCommand ? (command.input.Entries ?? []) : [];
    details.push(...entries.map(({ Detail = '' }) => JSON.parse(Detail)));
    return { Entries: entries.map(() => ({ EventId: 'e' })) };
  };
  const eventBridge = { send } as Pick<EventBridgeClient, 'send'>;
  const events = rolloutEvents(createPublisher({ eventBridge, busName: 'bus', producer: 'assay.edge-deployer' }));
  const requested = approve(emptyLine('line'), model, cause);
  const started = changeRollout(requested, '3-1', (each) => ({ ...each, state: 'started', deploymentId: 'd-3-1' }));
  const line = settle(started, '3-1', devices);
  for (const rollout of line.rollouts) await events.sayEnded(line, rollout);
  return details[0];
}

const many = (count: number, status: string): DeviceOutcome[] =>
  Array.from({ length: count }, (_, index) => ({ thing: `${status.toLowerCase()}-${index}`, status }));

it('says that a rollout is complete on more devices than an event can name', async () => {
  expect(await saidOf(many(10_000, 'SUCCEEDED'))).toMatchObject({
    data: { deviceCounts: { SUCCEEDED: 10_000 }, devices: many(100, 'SUCCEEDED') },
  });
});

it('says that a rollout failed on many devices, naming some of those that did', async () => {
  const detail = 'the inspector broke > '.repeat(100);
  const failed = many(5_000, 'FAILED').map((device) => ({ ...device, detail }));
  expect(await saidOf([...many(5_000, 'QUEUED'), ...failed])).toMatchObject({
    data: {
      deviceCounts: { FAILED: 5_000, QUEUED: 5_000 },
      devices: many(100, 'FAILED'),
      reason: expect.stringMatching(/^failed-0: the inspector broke .*; failed-4: .*; and 4995 more$/),
    },
  });
});
