import {
  type Claimable,
  type DeviceOutcome,
  imageRefSchema,
  labelingAttemptSchema,
  labelingFailureSchema,
  labelOutcomeSchema,
  rejectedImageSchema,
} from '@assay/events';
import type { z } from 'zod';
import type { EventName, JournalEvent } from '../journal/event-log.ts';

/** Where an image stands. `approved` and `failed` are final. */
export type ImageStage = 'arrived' | 'labeling' | 'rejected' | 'approved' | 'failed';

export interface ImageState {
  imageId: string;
  uri: string;
  station: string;
  part: string;
  origin: 'upload' | 'edge';
  stage: ImageStage;
  attempts: number;
  arrivedAt: string;
  /** The labeling runs in which it was, oldest first. */
  runs: string[];
  reason?: string;
}

export interface TrainingState {
  pipelineExecutionArn: string;
  reason: string;
  startedAt: string;
  asOf: string;
  stage: 'running' | 'trained' | 'failed';
  failure?: string;
  map50?: number;
  modelPackageArn?: string;
}

export interface ModelState {
  modelPackageArn: string;
  map50?: number;
  /** What the gate made of it. */
  gate?: string;
  snapshotUri?: string;
  reportUri?: string;
  trainedAt?: string;
  stage: 'pending' | 'approved' | 'rejected';
}

export interface RolloutState {
  deploymentId: string;
  modelPackageArn: string;
  modelVersion: string;
  thingGroup: string;
  startedAt: string;
  stage: 'running' | 'completed' | 'rolled-back';
  /** Those that the event names. */
  devices: DeviceOutcome[];
  /** How many came to which status, where the event tells. */
  deviceCounts?: Record<string, number>;
  reason?: string;
}

export interface ChainState {
  events: Record<EventName, number>;
  images: Map<string, ImageState>;
  /** Uploads that intake refused, by URI. */
  refused: Map<string, { code: string; message: string }>;
  /** How many outcomes the label store has said to hold, by labeling job. */
  stored: Map<string, number>;
  trainings: Map<string, TrainingState>;
  models: Map<string, ModelState>;
  rollouts: Map<string, RolloutState>;
}

/** Gives the items of a list, wherever they are. */
export type ReadList = <Item extends z.ZodType>(
  list: Claimable<z.output<Item>>,
  item: Item,
) => Promise<z.output<Item>[]>;

export function emptyChain(): ChainState {
  return {
    events: {
      ImagesArrived: 0,
      ImagesRejected: 0,
      LabelingStarted: 0,
      LabelsApproved: 0,
      LabelingFailed: 0,
      LabelsStored: 0,
      TrainingRequested: 0,
      TrainingStarted: 0,
      ModelTrained: 0,
      TrainingFailed: 0,
      ModelApproved: 0,
      ModelRejected: 0,
      RolloutStarted: 0,
      RolloutCompleted: 0,
      RolloutRolledBack: 0,
    },
    images: new Map(),
    refused: new Map(),
    stored: new Map(),
    trainings: new Map(),
    models: new Map(),
    rollouts: new Map(),
  };
}

/** What the chain has come to, from its events alone. Changes `chain`; an event that comes again changes nothing but its count. */
export async function follow(chain: ChainState, events: readonly JournalEvent[], readList: ReadList): Promise<void> {
  for (const event of events) {
    chain.events[event.name]++;
    await (aboutImages(chain, event, readList) ?? aboutModels(chain, event));
  }
}

/** Undefined for an event that isn't about images. */
function aboutImages(chain: ChainState, event: JournalEvent, readList: ReadList): Promise<void> | undefined {
  switch (event.name) {
    case 'ImagesArrived':
      return readList(event.data.images, imageRefSchema).then((images) => {
        for (const { imageId, uri, station, part, origin } of images)
          if (!chain.images.has(imageId))
            chain.images.set(imageId, {
              imageId,
              uri,
              station,
              part,
              origin,
              stage: 'arrived',
              attempts: 0,
              arrivedAt: event.metadata.occurredAt,
              runs: [],
            });
      });
    case 'ImagesRejected':
      return readList(event.data.images, rejectedImageSchema).then((images) => {
        for (const { uri, code, message } of images) chain.refused.set(uri, { code, message });
      });
    case 'LabelingStarted':
      return readList(event.data.images, labelingAttemptSchema).then((images) => {
        for (const { imageId, attempt } of images)
          change(chain, imageId, (image) => {
            image.attempts = Math.max(image.attempts, attempt);
            if (!image.runs.includes(event.data.runId)) image.runs.push(event.data.runId);
            if (image.stage === 'arrived' || image.stage === 'rejected') image.stage = 'labeling';
          });
      });
    case 'LabelsApproved':
      return readList(event.data.labels, labelOutcomeSchema).then((outcomes) => {
        for (const { imageId, verdict, attempt, reason } of outcomes)
          change(chain, imageId, (image) => {
            if (image.stage === 'approved' || image.stage === 'failed' || attempt < image.attempts) return;
            image.stage = verdict;
            image.attempts = attempt;
            if (reason) image.reason = reason;
          });
      });
    case 'LabelingFailed':
      return readList(event.data.images, labelingFailureSchema).then((images) => {
        for (const { imageId, reason } of images)
          change(chain, imageId, (image) => {
            image.stage = 'failed';
            image.reason = reason;
          });
      });
    default:
      return undefined;
  }
}

function aboutModels(chain: ChainState, event: JournalEvent): void {
  switch (event.name) {
    case 'LabelsStored':
      chain.stored.set(event.data.labelingJob, event.data.stored);
      return;
    case 'TrainingStarted': {
      const { pipelineExecutionArn, reason, asOf } = event.data;
      if (!chain.trainings.has(pipelineExecutionArn))
        chain.trainings.set(pipelineExecutionArn, {
          pipelineExecutionArn,
          reason,
          asOf,
          startedAt: event.metadata.occurredAt,
          stage: 'running',
        });
      return;
    }
    case 'ModelTrained': {
      const { pipelineExecutionArn, modelPackageArn, map50, gate, snapshotUri, reportUri } = event.data;
      const training = chain.trainings.get(pipelineExecutionArn);
      if (training) Object.assign(training, { stage: 'trained', map50, modelPackageArn });
      const model = modelOf(chain, modelPackageArn);
      Object.assign(model, { map50, gate, snapshotUri, reportUri, trainedAt: event.metadata.occurredAt });
      return;
    }
    case 'TrainingFailed': {
      const training = chain.trainings.get(event.data.pipelineExecutionArn);
      if (training) Object.assign(training, { stage: 'failed', failure: event.data.reason, map50: event.data.map50 });
      return;
    }
    case 'ModelApproved':
      modelOf(chain, event.data.modelPackageArn).stage = 'approved';
      return;
    case 'ModelRejected':
      modelOf(chain, event.data.modelPackageArn).stage = 'rejected';
      return;
    case 'RolloutStarted':
    case 'RolloutCompleted':
    case 'RolloutRolledBack':
      aboutRollouts(chain, event);
  }
}

type RolloutEvent = Extract<JournalEvent, { name: 'RolloutStarted' | 'RolloutCompleted' | 'RolloutRolledBack' }>;

function aboutRollouts(chain: ChainState, event: RolloutEvent): void {
  const { deploymentId, modelPackageArn, modelVersion, thingGroup } = event.data;
  const rollout: RolloutState = chain.rollouts.get(deploymentId) ?? {
    deploymentId,
    modelPackageArn,
    modelVersion,
    thingGroup,
    startedAt: event.metadata.occurredAt,
    stage: 'running',
    devices: [],
  };
  chain.rollouts.set(deploymentId, rollout);
  if (event.name === 'RolloutStarted') return;
  rollout.stage = event.name === 'RolloutCompleted' ? 'completed' : 'rolled-back';
  rollout.devices = event.data.devices;
  if (event.data.deviceCounts) rollout.deviceCounts = event.data.deviceCounts;
  if (event.name === 'RolloutRolledBack') rollout.reason = event.data.reason;
}

/** How many devices the event counts but does not name. */
export function unnamedDevices({ devices, deviceCounts = {} }: RolloutState): number {
  const all = Object.values(deviceCounts).reduce((sum, count) => sum + count, 0);
  return Math.max(0, all - devices.length);
}

function change(chain: ChainState, imageId: string, apply: (image: ImageState) => void): void {
  const image = chain.images.get(imageId);
  if (image) apply(image);
}

function modelOf(chain: ChainState, modelPackageArn: string): ModelState {
  const model: ModelState = chain.models.get(modelPackageArn) ?? { modelPackageArn, stage: 'pending' };
  chain.models.set(modelPackageArn, model);
  return model;
}

/** How many images stand where. */
export function countStages(chain: ChainState, origin?: 'upload' | 'edge'): Record<ImageStage, number> {
  const counts: Record<ImageStage, number> = { arrived: 0, labeling: 0, rejected: 0, approved: 0, failed: 0 };
  for (const image of chain.images.values()) if (!origin || image.origin === origin) counts[image.stage]++;
  return counts;
}
