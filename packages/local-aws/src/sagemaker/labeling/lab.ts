import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateLabelingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { openRoles, standIn } from '../../kernel/authorization/stand-in.ts';
import { administratorCaller } from '../../kernel/caller.ts';
import { type ManualClock, manualClock } from '../../kernel/clock.ts';
import { Kernel } from '../../kernel/kernel.ts';
import type { HttpContext, Service } from '../../kernel/service.ts';
import { builtInFunction } from './built-in-functions.ts';
import type { TaskKind } from './job.ts';
import { createLabeling, type LabelingState, labelingOperations, labelingRoutes } from './labeling.ts';
import type { WorkerTask } from './worker-api.ts';

const ACCOUNT = '000000000000';
const REGION = 'eu-west-1';

export const BOX_TEMPLATE = `<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form>
<crowd-bounding-box name="boundingBox" header="Mark" src="{{ task.input.taskObject | grant_read_access }}"
 labels="{{ task.input.labels | to_json | escape }}"><full-instructions header="x">Long</full-instructions>
<short-instructions>Draw <b>tight</b> boxes</short-instructions></crowd-bounding-box></crowd-form>`;

export const VERIFY_TEMPLATE = `<crowd-form><crowd-image-classifier name="verdict" header="Right?"
 overlay="{% for box in task.input.manifestLine['defects'].annotations %}{{ task.input.manifestLine['defects-metadata'].class-map }}{% endfor %}">
<short-instructions>Judge</short-instructions></crowd-image-classifier></crowd-form>`;

export interface LabelingLab {
  kernel: Kernel;
  clock: ManualClock;
  state: LabelingState;
  events: { detailType: string; resources: string[]; detail: Record<string, unknown> }[];
  put(key: string, content: string): Promise<void>;
  get(key: string): Promise<string>;
  keys(prefix: string): Promise<string[]>;
  /** CreateLabelingJob with sound parameters but for `change`, on a manifest of these lines; runs until it has begun. */
  create(
    name: string,
    lines: unknown[],
    change?: (input: CreateLabelingJobCommandInput) => void,
    kind?: TaskKind,
  ): Promise<void>;
  describe(name: string): Promise<{ status?: string; reason?: string; counters: unknown }>;
  tasks(
    worker: string,
    limit?: number,
    team?: string,
  ): Promise<{ status: number; tasks: WorkerTask[]; message?: string }>;
  answer(
    worker: string,
    task: string,
    answer: unknown,
    team?: string,
  ): Promise<{ status: number; message?: string; repeated?: boolean }>;
  /** Lets everything that is due happen. */
  settle(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Ground Truth with the given S3, a clock that tests move, and no network. */
export async function labelingLab(s3: Service): Promise<LabelingLab> {
  const dataDir = mkdtempSync(join(tmpdir(), 'labeling-'));
  const clock = manualClock();
  const events: LabelingLab['events'] = [];
  const caller = administratorCaller(ACCOUNT);
  let state: LabelingState | undefined;
  const sagemaker = standIn<'sagemaker', { labeling: LabelingState }>({
    name: 'sagemaker',
    signingName: 'sagemaker',
    load: () => import('@aws-sdk/client-sagemaker'),
    create(kernel) {
      state = createLabeling(kernel);
      return { labeling: state };
    },
    operations: labelingOperations,
    routes: labelingRoutes,
  });
  const eventbridge = standIn<'eventbridge', null>({
    name: 'eventbridge',
    signingName: 'events',
    load: () => import('@aws-sdk/client-eventbridge'),
    create: () => null,
    operations: {
      PutEvents({ Entries = [] }) {
        for (const { DetailType = '', Detail = '{}', Resources = [] } of Entries)
          events.push({ detailType: DetailType, resources: Resources, detail: JSON.parse(Detail) });
        return { FailedEntryCount: 0, Entries: [] };
      },
    },
  });
  const open = async () => {
    const report = (message: string) => {
      throw new Error(message);
    };
    const options = { dataDir, account: ACCOUNT, region: REGION, clock, images: {}, report };
    const opened = new Kernel(options, [openRoles, eventbridge, s3, sagemaker]);
    await opened.start('http://127.0.0.1:0');
    return opened;
  };
  let kernel = await open();
  await kernel.call('s3', 'CreateBucket', { Bucket: 'labels' }, caller);
  await kernel.call(
    'sagemaker',
    'CreateWorkteam',
    { WorkteamName: 'inspectors', Description: 'x', MemberDefinitions: [] },
    caller,
  );
  const put = async (Key: string, Body: string) => {
    await kernel.call('s3', 'PutObject', { Bucket: 'labels', Key, Body }, caller);
  };
  const http = async (method: string, path: string, body?: unknown) => {
    const url = new URL(path, 'http://127.0.0.1');
    for (const route of kernel.opened().get('sagemaker')?.routes ?? []) {
      const match = route.method === method && route.path.exec(url.pathname);
      if (!match) continue;
      let status = 0;
      let text = '';
      await route.handler({
        query: url.searchParams,
        parameters: { ...match.groups },
        administrator: async () => undefined,
        body: async () => Buffer.from(JSON.stringify(body ?? null)),
        response: {
          writeHead: (code: number) => {
            status = code;
          },
          end: (content: string) => {
            text = content;
          },
        },
      } as unknown as HttpContext);
      return { status, ...JSON.parse(text) };
    }
    throw new Error(`no route for ${path}`);
  };
  const settle = async () => {
    const due = kernel.store.prepare<{ n: number }>('SELECT COUNT(*) AS n FROM outbox WHERE due <= ?');
    do {
      await clock.advance(0);
      // Files are written by the thread pool, which the clock doesn't see.
      await new Promise((resolve) => setTimeout(resolve, 2));
    } while ((due.get(clock.now())?.n ?? 0) > 0);
  };
  return {
    get kernel() {
      return kernel;
    },
    get state() {
      if (!state) throw new Error('not open');
      return state;
    },
    clock,
    events,
    put,
    async get(Key) {
      const { Body } = await kernel.call('s3', 'GetObject', { Bucket: 'labels', Key }, caller);
      return (await Body?.transformToString()) ?? '';
    },
    async keys(Prefix) {
      const { Contents = [] } = await kernel.call('s3', 'ListObjectsV2', { Bucket: 'labels', Prefix }, caller);
      return Contents.map(({ Key = '' }) => Key);
    },
    async create(name, lines, change = () => {}, kind = 'BoundingBox') {
      await put(
        `${name}/input.manifest`,
        lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
      );
      await put('classes.json', JSON.stringify({ labels: [{ label: 'scratch' }, { label: 'dent' }] }));
      await put('verdicts.json', JSON.stringify({ labels: [{ label: 'correct' }, { label: 'missed object' }] }));
      await put('BoundingBox.html', BOX_TEMPLATE);
      await put('VerificationBoundingBox.html', VERIFY_TEMPLATE);
      const input = jobInput(name, kind);
      change(input);
      await kernel.call('sagemaker', 'CreateLabelingJob', input, caller);
      await settle();
    },
    async describe(LabelingJobName) {
      const job = await kernel.call('sagemaker', 'DescribeLabelingJob', { LabelingJobName }, caller);
      return { status: job.LabelingJobStatus, reason: job.FailureReason, counters: job.LabelCounters };
    },
    tasks: (worker, limit = 10, team = 'inspectors') =>
      http('GET', `/_workers/${team}/tasks?worker=${worker}&limit=${limit}`),
    answer: (worker, task, answer, team = 'inspectors') =>
      http('POST', `/_workers/${team}/tasks/${task}/answers`, { worker, answer }),
    settle,
    async restart() {
      await kernel.close();
      kernel = await open();
    },
    async close() {
      await kernel.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function jobInput(name: string, kind: TaskKind): CreateLabelingJobCommandInput {
  return {
    LabelingJobName: name,
    LabelAttributeName: kind === 'BoundingBox' ? 'defects' : 'defects-check',
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/ground-truth`,
    InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: `s3://labels/${name}/input.manifest` } } },
    OutputConfig: { S3OutputPath: 's3://labels/out/' },
    LabelCategoryConfigS3Uri: kind === 'BoundingBox' ? 's3://labels/classes.json' : 's3://labels/verdicts.json',
    HumanTaskConfig: {
      WorkteamArn: `arn:aws:sagemaker:${REGION}:${ACCOUNT}:workteam/private-crowd/inspectors`,
      UiConfig: { UiTemplateS3Uri: `s3://labels/${kind}.html` },
      PreHumanTaskLambdaArn: builtInFunction(kind, 'PRE', REGION),
      AnnotationConsolidationConfig: { AnnotationConsolidationLambdaArn: builtInFunction(kind, 'ACS', REGION) },
      TaskTitle: 'Mark defects',
      TaskDescription: 'Draw a box around each',
      NumberOfHumanWorkersPerDataObject: 2,
      TaskTimeLimitInSeconds: 300,
      TaskAvailabilityLifetimeInSeconds: 3600,
    },
  };
}
