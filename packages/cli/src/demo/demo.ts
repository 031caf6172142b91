import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countStages, type ModelState } from '../chain/chain-state.ts';
import { requestTraining } from '../chain/request-training.ts';
import { CliError } from '../cli-error.ts';
import { decide } from '../commands/models.ts';
import type { Context } from '../context.ts';
import { uploadPhotographs } from '../dataset/upload.ts';
import { duration, type Terminal } from '../output/terminal.ts';
import { type LocalPlatform, startPlatform } from '../platform/local-platform.ts';
import { signedFetch } from '../platform/signed-fetch.ts';
import { startAnnotators } from './annotators.ts';
import { cocoDataset, type DemoDataset, type DemoImage, generatedDataset } from './demo-dataset.ts';
import { type Inspection, inspectOnDevice } from './device-inspection.ts';
import { writeReport } from './report.ts';
import { demoSettings, enoughLabels } from './settings.ts';
import { testSplit } from './test-split.ts';
import { until } from './waiting.ts';

export interface DemoOptions {
  /** Absolute. */
  dataDir: string;
  /** True: what an earlier demo left in `dataDir` is removed first. */
  fresh: boolean;
  port: number;
  /** A person's own photographs, with their truth as COCO. */
  own?: { images: string; annotations: string };
  terminal: Terminal;
}

export interface DemoResult {
  images: { uploaded: number; approved: number; failed: number; refused: number };
  answers: number;
  model: { modelPackageArn: string; map50: number | undefined };
  inspections: Inspection[];
  fromTheEdge: number;
  events: Record<string, number>;
  phases: { phase: string; milliseconds: number }[];
  report: string;
}

const MINUTE = 60_000;
const STATION = 'line-1';

/** Plays the whole chain for real on the laptop: uploads, labelers, approver, device. Leaves a report. */
export async function demo(options: DemoOptions): Promise<DemoResult> {
  const { dataDir, terminal } = options;
  if (options.fresh) await rm(dataDir, { recursive: true, force: true });
  const framesDir = join(dataDir, 'frames');
  await mkdir(framesDir, { recursive: true });
  const phases: DemoResult['phases'] = [];
  const timed = async <T>(phase: string, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const result = await work();
    phases.push({ phase, milliseconds: performance.now() - begun });
    terminal.say(`✓ ${phase} (${duration(performance.now() - begun)})`);
    return result;
  };
  const dataset = await timed('Photographs prepared', () =>
    options.own ? cocoDataset(options.own.images, options.own.annotations) : generatedDataset(),
  );
  const settings = demoSettings(dataset);
  const platform = await timed('Embedded AWS, services and device started', () =>
    startPlatform({ dataDir, port: options.port, settings, framesDir, terminal }),
  );
  try {
    return await play(platform, dataset, { ...options, framesDir }, phases, timed);
  } finally {
    terminal.progress('Stopping …');
    await platform.close();
    terminal.progressDone();
  }
}

type Timed = <T>(phase: string, work: () => Promise<T>) => Promise<T>;

async function play(
  { context, device }: LocalPlatform,
  dataset: DemoDataset,
  options: DemoOptions & { framesDir: string },
  phases: DemoResult['phases'],
  timed: Timed,
): Promise<DemoResult> {
  const { clients, names, chain } = context;
  const answers = await timed('Images uploaded, checked, labelled, verified and stored', () => label(context, dataset));
  const model = await timed('Detector trained, evaluated and registered', () => train(context, enoughLabels(dataset)));
  await timed('Model approved and rolled out to the device', () => rollOut(context, model));
  const frames = dataset.heldOut.length > 0 ? dataset.heldOut : await testSplit(clients.s3, model, dataset.labelled);
  const inspections = await timed(`Device has inspected ${frames.length} parts`, () =>
    inspectOnDevice(context, device, frames, { framesDir: options.framesDir, station: STATION }),
  );
  const fromTheEdge = await timed('Uncertain pictures came back from the device', () =>
    edgeArrivals(context, inspections, dataset),
  );
  const state = await chain.refresh();
  const stages = countStages(state, 'upload');
  const result: Omit<DemoResult, 'report'> = {
    images: {
      uploaded: dataset.labelled.length,
      approved: stages.approved,
      failed: stages.failed,
      refused: state.refused.size,
    },
    answers,
    model: { modelPackageArn: model.modelPackageArn, map50: model.map50 },
    inspections,
    fromTheEdge,
    events: state.events,
    phases,
  };
  const report = await writeReport(join(options.dataDir, 'report'), clients.s3, model, result, frames);
  await writeFile(join(options.dataDir, 'report', 'demo.json'), `${JSON.stringify({ ...result, names }, null, 2)}\n`);
  return { ...result, report };
}

async function label(context: Context, dataset: DemoDataset): Promise<number> {
  const { clients, names, terminal, connection } = context;
  const photographs = dataset.labelled.map((image) => ({ ...image, station: STATION }));
  const everyone: DemoImage[] = [...dataset.labelled, ...dataset.heldOut];
  const team = startAnnotators(signedFetch(connection, 'sagemaker'), names.workteam, everyone);
  try {
    await uploadPhotographs(clients.s3, names.imageBucket, photographs, (count) =>
      terminal.progress(`Uploading ${count}/${photographs.length}`),
    );
    await until(
      context,
      'Labeling',
      30 * MINUTE,
      (state) => {
        const { approved, failed } = countStages(state, 'upload');
        const decided = approved + failed + state.refused.size;
        const told = [...state.stored.values()].reduce((sum, stored) => sum + stored, 0);
        const done = decided >= photographs.length && told >= approved + failed ? true : undefined;
        return Promise.race([team.failed, done]);
      },
      (state) => {
        const { arrived, labeling, rejected, approved, failed } = countStages(state, 'upload');
        return `${arrived} waiting, ${labeling + rejected} with the labelers, ${approved} approved, ${failed} given up, ${state.refused.size} refused; ${team.answers()} answers`;
      },
    );
  } finally {
    await team.stop();
  }
  return team.answers();
}

/** Enough labels start a training by themselves; where too many images were given up for that, one is asked for. */
async function train(context: Context, enough: number): Promise<ModelState> {
  const state = await context.chain.refresh();
  if (state.trainings.size === 0 && countStages(state).approved < enough)
    await requestTraining(context, 'the demo wants a model', 'demo');
  return until(
    context,
    'Training',
    20 * MINUTE,
    ({ trainings, models }) => {
      const last = [...trainings.values()].at(-1);
      if (last?.stage === 'failed')
        throw new CliError(`The training failed: ${last.failure}`, 'Its report and logs say more: see "assay status".');
      return last?.modelPackageArn ? models.get(last.modelPackageArn) : undefined;
    },
    ({ trainings }) => [...trainings.values()].at(-1)?.stage ?? 'about to start',
  );
}

async function rollOut(context: Context, { modelPackageArn }: ModelState): Promise<void> {
  await decide({ ...context, terminal: silent(context.terminal) }, modelPackageArn, 'Approved', 'approved by the demo');
  await until(
    context,
    'Rollout',
    5 * MINUTE,
    ({ rollouts }) => {
      const rollout = [...rollouts.values()].find((one) => one.modelPackageArn === modelPackageArn);
      if (rollout?.stage === 'rolled-back')
        throw new CliError(
          `The rollout was rolled back: ${rollout.reason}`,
          'The device\'s log says why: see its folder "device/logs" in the data directory.',
        );
      return rollout?.stage === 'completed' ? true : undefined;
    },
    ({ rollouts }) => [...rollouts.values()].at(-1)?.stage ?? 'waiting for the deployment',
  );
}

/** The pictures that the device was unsure of arrive like any others; those that were uploaded before are known already. */
async function edgeArrivals(context: Context, inspections: Inspection[], dataset: DemoDataset): Promise<number> {
  const known = new Set(dataset.labelled.map(({ fileName }) => fileName));
  const expected = inspections.filter(({ uploaded, fileName }) => uploaded && !known.has(fileName)).length;
  const arrived = (state: Parameters<typeof countStages>[0]) =>
    [...state.images.values()].filter(({ origin }) => origin === 'edge').length;
  return until(
    context,
    'Pictures from the device',
    2 * MINUTE,
    (state) => (arrived(state) >= expected ? arrived(state) : undefined),
    (state) => `${arrived(state)} of ${expected}`,
  );
}

/** `approve` has a result of its own to print, which is not the demo's. */
function silent(terminal: Terminal): Terminal {
  return { ...terminal, say: () => undefined, result: () => undefined, progress: () => undefined };
}
