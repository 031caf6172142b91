import { catalogue, type EventDefinition, parseEvent } from '@assay/events';
import { sampleEvent } from '@assay/events/testing';
import { expect, test } from 'vitest';
import type { EventName, JournalEvent } from '../journal/event-log.ts';
import { type ChainState, countStages, emptyChain, follow, type ReadList } from './chain-state.ts';
import { findImages, findModel, traceImage, traceModel } from './trace.ts';

const readList: ReadList = async (list) => ('items' in list ? list.items : []);
const imageId = '4b7a3f0c9d1e52687b0f6c2d8e94a1b35f70c6d2e8a94b1703f5d6c8e2a9b417';

function event(name: EventName, data: Record<string, unknown> = {}): JournalEvent {
  const definition: EventDefinition = catalogue[name];
  const sample = sampleEvent(definition, { data });
  return { name, time: sample.time, ...parseEvent(definition, sample) } as JournalEvent;
}

async function chainOf(...events: JournalEvent[]): Promise<ChainState> {
  const chain = emptyChain();
  await follow(chain, events, readList);
  return chain;
}

const arrived = () => event('ImagesArrived');
const started = (attempt: number, runId = `run-${attempt}`) =>
  event('LabelingStarted', { runId, images: { items: [{ imageId, attempt }] } });
const labelled = (verdict: 'approved' | 'rejected', attempt: number) => {
  const { labels } = catalogue.LabelsApproved.sample;
  const [sample] = 'items' in labels ? labels.items : [];
  const reason = verdict === 'rejected' ? { reason: 'missed-object' } : {};
  return event('LabelsApproved', { labels: { items: [{ ...sample, imageId, verdict, attempt, ...reason }] } });
};

test('follows an image through a rejected attempt to its approval', async () => {
  const stages: (string | undefined)[] = [];
  const chain = emptyChain();
  for (const next of [arrived(), started(1), labelled('rejected', 1), started(2), labelled('approved', 2)]) {
    await follow(chain, [next], readList);
    stages.push(chain.images.get(imageId)?.stage);
  }
  expect(stages).toEqual(['arrived', 'labeling', 'rejected', 'labeling', 'approved']);
  expect(chain.images.get(imageId)).toMatchObject({ attempts: 2, runs: ['run-1', 'run-2'], reason: 'missed-object' });
});

test('stays where it is when events come twice or late', async () => {
  const chain = await chainOf(
    arrived(),
    started(1),
    started(2),
    labelled('approved', 2),
    labelled('rejected', 1),
    arrived(),
  );
  expect(countStages(chain)).toEqual({ arrived: 0, labeling: 0, rejected: 0, approved: 1, failed: 0 });
});

test('counts what intake refused and what was given up', async () => {
  const failure = { imageId, uri: 's3://bucket/k', attempts: 3, reason: 'three attempts' };
  const refusal = { uri: 's3://bucket/bad.jpg', code: 'corrupt', message: 'not decodable' };
  const chain = await chainOf(
    arrived(),
    event('ImagesRejected', { images: { items: [refusal] } }),
    event('LabelingFailed', { images: { items: [failure] } }),
  );
  expect(countStages(chain, 'upload').failed).toBe(1);
  expect(chain.refused.get('s3://bucket/bad.jpg')?.code).toBe('corrupt');
});

test('leads from an image to the device that runs a model of it, and back', async () => {
  const { modelPackageArn, snapshotUri } = catalogue.ModelTrained.sample;
  const chain = await chainOf(
    arrived(),
    labelled('approved', 1),
    event('TrainingStarted'),
    event('ModelTrained'),
    event('ModelApproved', { modelPackageArn }),
    event('RolloutStarted', { modelPackageArn }),
    event('RolloutCompleted', { modelPackageArn }),
  );
  const readSnapshot = async (uri: string) => new Map(uri === snapshotUri ? [[imageId, 'test']] : []);
  const [image] = findImages(chain, imageId.slice(0, 10));
  const model = findModel(chain, '7');
  if (!image || !model) throw new Error('the sample image and model are known');
  const forward = await traceImage(chain, image, readSnapshot);
  expect(forward.models).toMatchObject([{ split: 'test', devices: [{ thing: 'assay-edge-1', status: 'SUCCEEDED' }] }]);
  const back = await traceModel(chain, model, readSnapshot);
  expect(back.images).toMatchObject([{ imageId, split: 'test', image: { stage: 'approved' } }]);
});

test('tells how many devices of a long line run a model, beside those that are named', async () => {
  const { modelPackageArn } = catalogue.ModelTrained.sample;
  const chain = await chainOf(
    event('ModelTrained'),
    event('RolloutCompleted', { modelPackageArn, deviceCounts: { SUCCEEDED: 4_000, COMPLETED: 1 } }),
  );
  const model = findModel(chain, '7');
  if (!model) throw new Error('the sample model is known');
  expect(await traceModel(chain, model, async () => new Map())).toMatchObject({
    devices: [{ thing: 'assay-edge-1' }],
    unnamedDevices: 4_000,
  });
});

test('tells of a rollout that was rolled back, and why', async () => {
  const { modelPackageArn } = catalogue.ModelTrained.sample;
  const chain = await chainOf(event('RolloutRolledBack', { modelPackageArn, reason: 'the inspector did not come up' }));
  expect([...chain.rollouts.values()]).toMatchObject([
    { stage: 'rolled-back', reason: 'the inspector did not come up' },
  ]);
});
