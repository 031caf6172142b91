import type { ImageRef, LabelingFailure, LabelOutcome } from '@assay/events';
import type { ImageQueue, KnownImage, Labeling, NextState, QueuedImage } from '../domain/ports.ts';
import type { LabelingSettings } from '../domain/settings.ts';

interface Entry {
  image: ImageRef;
  state: 'waiting' | 'labeling' | 'labeled' | 'failed';
  attempt: number;
  queuedAt: string;
  runId?: string | undefined;
  lastRunId?: string | undefined;
}

export interface LabelingInMemory extends Labeling {
  readonly entries: Map<string, Entry>;
  readonly objects: Map<string, string>;
  readonly started: string[];
  readonly said: {
    event: string;
    data: { images?: { items: unknown[] }; labels?: { items: LabelOutcome[] }; runId: string };
  }[];
  /** Moves the clock. */
  pass(milliseconds: number): void;
  failures(): LabelingFailure[];
}

export const SETTINGS: LabelingSettings = {
  jobPrefix: 'assay-test',
  categories: ['scratch', 'dent'],
  workteamArn: 'arn:aws:sagemaker:eu-west-1:000000000000:workteam/private-crowd/assay-test-inspectors',
  groundTruthRoleArn: 'arn:aws:iam::000000000000:role/ground-truth',
  builtInFunctions: 'arn:aws:lambda:eu-west-1:568282634449',
  minImages: 2,
  maxImages: 3,
  maxAttempts: 3,
  workers: 3,
  verifiers: 1,
  taskSeconds: 600,
  availabilitySeconds: 3600,
};

export function imageRef(name: string): ImageRef {
  const imageId = Buffer.from(name).toString('hex').padEnd(64, '0');
  return {
    imageId,
    uri: `s3://images/accepted/${imageId}.jpg`,
    width: 640,
    height: 480,
    depth: 3,
    format: 'jpeg',
    bytes: 1000,
    station: 'line-1',
    part: name,
    origin: 'upload',
    capturedAt: '2026-03-04T08:00:00.000Z',
  };
}

/** The service without AWS. */
export function labelingInMemory(settings: Partial<LabelingSettings> = {}): LabelingInMemory {
  const entries: LabelingInMemory['entries'] = new Map();
  const objects: LabelingInMemory['objects'] = new Map();
  const started: string[] = [];
  const said: LabelingInMemory['said'] = [];
  let time = Date.parse('2026-03-04T08:16:00.000Z');
  const say = (event: string) => async (data: LabelingInMemory['said'][number]['data']) => {
    said.push({ event, data });
  };
  const write = async (key: string, content: string) => {
    objects.set(`s3://labeling/${key}`, content);
    return `s3://labeling/${key}`;
  };
  return {
    entries,
    objects,
    started,
    said,
    settings: { ...SETTINGS, ...settings },
    queue: queueInMemory(entries),
    executions: {
      async start(runId) {
        if (!started.includes(runId)) started.push(runId);
      },
    },
    speaker: { started: say('LabelingStarted'), approved: say('LabelsApproved'), failed: say('LabelingFailed') },
    files: {
      uri: (key) => `s3://labeling/${key}`,
      write,
      writeByContent: (folder, extension, content) => write(`${folder}/${content.length}.${extension}`, content),
      async read(uri) {
        const content = objects.get(uri);
        if (content === undefined) throw new Error(`nothing at ${uri}`);
        return content;
      },
      async imported(imageId) {
        return objects.get(`s3://labeling/imports/${imageId}.json`);
      },
    },
    now: () => new Date(time),
    pass(milliseconds) {
      time += milliseconds;
    },
    failures: () =>
      said
        .filter(({ event }) => event === 'LabelingFailed')
        .flatMap(({ data }) => (data.images?.items ?? []) as LabelingFailure[]),
  };
}

function queueInMemory(entries: Map<string, Entry>): ImageQueue {
  const add = (image: ImageRef, entry: Pick<Entry, 'state' | 'runId' | 'queuedAt'>): boolean => {
    if (entries.has(image.imageId)) return false;
    entries.set(image.imageId, { image, attempt: 1, ...entry });
    return true;
  };
  const find = async (imageId: string): Promise<KnownImage | undefined> => {
    const entry = entries.get(imageId);
    return entry && { state: entry.state, runId: entry.runId ?? entry.lastRunId };
  };
  const queued = ({ image, attempt, queuedAt }: Entry): QueuedImage => ({ image, attempt, queuedAt });
  return {
    find,
    add: async (image, queuedAt) => add(image, { state: 'waiting', queuedAt }),
    async take(image, runId, queuedAt) {
      add(image, { state: 'labeling', runId, queuedAt });
      return (await find(image.imageId)) ?? { state: 'labeling', runId };
    },
    waiting: async (limit) =>
      [...entries.values()]
        .filter(({ state }) => state === 'waiting')
        .sort((a, b) => a.queuedAt.localeCompare(b.queuedAt))
        .slice(0, Math.max(0, limit))
        .map(queued),
    async claim(imageId, runId) {
      const entry = entries.get(imageId);
      if (entry?.state !== 'waiting' && entry?.runId !== runId) return false;
      Object.assign(entry, { state: 'labeling', runId });
      return true;
    },
    claimedBy: async (runId) => [...entries.values()].filter((entry) => entry.runId === runId).map(queued),
    async settle(imageId, runId, next: NextState) {
      const entry = entries.get(imageId);
      if (entry?.runId !== runId) return false;
      Object.assign(entry, next, { runId: undefined, lastRunId: runId });
      return true;
    },
  };
}
