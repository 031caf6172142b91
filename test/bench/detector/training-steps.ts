import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataset, type Dataset, defaultTrainingSettings, type TrainingSettings, train } from '@assay/detector';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import type { NetworkShape } from '../../../packages/detector/src/network/shape.ts';
import { channelBlock } from '../../../packages/detector/src/training/channel-block.ts';
import { sessionOptions } from '../../../packages/detector/src/training/session-options.ts';
import {
  buildTrainingGraph,
  type TrainingGraphOptions,
} from '../../../packages/detector/src/training/training-graph.ts';
import { type Random, seededRandom } from '../../../packages/vision/src/seeded-random.ts';

/** The first steps warm caches and the compiler up; a report comes every twenty. */
const WARM_UP = 20;
const TRUTHS = 3;

/** Images a second of whole training steps (augmentation, both passes, optimizer), `steps` of them after a warm-up. */
export async function trainingRate(settings: TrainingSettings, dataset: Dataset, steps: number): Promise<number> {
  let from: { step: number; time: number } | undefined;
  let rate = Number.NaN;
  await train({
    settings: { ...settings, steps: WARM_UP + steps, validateEvery: WARM_UP + steps, checkpointEvery: WARM_UP + steps },
    training: dataset,
    validation: createDataset(dataset.names, dataset.imageSize, []),
    onStep: ({ step }) => {
      const time = performance.now();
      from ??= { step, time };
      const images = (step - from.step) * settings.workers * settings.batchPerWorker;
      if (step === WARM_UP + steps) rate = (1000 * images) / (time - from.time);
    },
  });
  if (!Number.isFinite(rate)) throw new Error(`the training did not reach step ${WARM_UP + steps}`);
  return rate;
}

/** Noise with a few boxes: what is shown makes no difference to the time. */
export function noiseDataset(
  { input: { width: imageSize }, classes }: NetworkShape,
  count: number,
  seed: number,
): Dataset {
  const random = seededRandom(seed);
  const samples = Array.from({ length: count }, (_, i) => ({
    name: `noise-${i}`,
    pixels: Uint8Array.from({ length: 3 * imageSize ** 2 }, () => Math.floor(256 * random())),
    truths: Array.from({ length: TRUTHS }, () => box(random, imageSize, classes)),
  }));
  return createDataset(
    Array.from({ length: classes }, (_, id) => `class-${id}`),
    imageSize,
    samples,
  );
}

function box(random: Random, size: number, classes: number) {
  const [x1, y1] = [0.6 * size * random(), 0.6 * size * random()];
  return { x1, y1, x2: x1 + 0.4 * size * random() + 4, y2: y1 + 20, classId: Math.floor(classes * random()) };
}

/** One batch through the training graph, with the parameters as they begin, slightly moved. */
export async function batchThroughGraph(shape: NetworkShape, batch: number, seed: number) {
  const { model, layout } = await graphAsTrained({ shape, batch, withPredictions: true });
  const random = seededRandom(seed);
  const parameters = layout.initialParameters(random).map((value) => value + 0.05 * (random() - 0.5));
  const feeds = trainingFeeds(shape, batch, parameters, random);
  const session = await InferenceSession.create(model, sessionOptions);
  const answers = await session.run(feeds);
  await session.release();
  return { layout, parameters, images: feeds.images.data, answers };
}

const eventsSchema = z.array(
  z.object({ cat: z.string(), dur: z.number(), args: z.object({ op_name: z.string().optional() }).optional() }),
);

/** Microseconds of one worker's step by operator, by onnxruntime's own profile. */
export async function profileOperators(shape: NetworkShape, batch: number, steps: number, seed: number) {
  const { model, layout } = await graphAsTrained({ shape, batch });
  const random = seededRandom(seed);
  const feeds = trainingFeeds(shape, batch, layout.initialParameters(random), random);
  const folder = await mkdtemp(join(tmpdir(), 'assay-profile-'));
  try {
    const profile = { enableProfiling: true, profileFilePrefix: join(folder, 'profile') };
    const session = await InferenceSession.create(model, { ...sessionOptions, ...profile });
    for (let step = 0; step < steps; step++) await session.run(feeds);
    session.endProfiling();
    const [file] = await readdirOf(folder);
    const events = eventsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const spent = new Map<string, number>();
    for (const { cat, dur, args } of events) {
      if (cat !== 'Node' || !args?.op_name) continue;
      spent.set(args.op_name, (spent.get(args.op_name) ?? 0) + dur / steps);
    }
    return spent;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The training graph as a training on this machine has it. */
async function graphAsTrained(options: Pick<TrainingGraphOptions, 'shape' | 'batch' | 'withPredictions'>) {
  const { lossWeights } = defaultTrainingSettings;
  return buildTrainingGraph({ ...options, truthSlots: TRUTHS, lossWeights, channelBlock: await channelBlock() });
}

function trainingFeeds({ input, classes }: NetworkShape, batch: number, parameters: Float32Array, random: Random) {
  const { width: imageSize } = input;
  const images = Uint8Array.from({ length: batch * 3 * imageSize ** 2 }, () => Math.floor(256 * random()));
  const boxes = Array.from({ length: batch * TRUTHS }, () => box(random, imageSize, classes));
  const oneHot = boxes.flatMap(({ classId }) => Array.from({ length: classes }, (_, id) => (id === classId ? 1 : 0)));
  const floats = (values: readonly number[], dims: number[]) => new Tensor('float32', Float32Array.from(values), dims);
  return {
    parameters: new Tensor('float32', parameters, [parameters.length]),
    images: new Tensor('uint8', images, [batch, 3, imageSize, imageSize]),
    truth_boxes: floats(
      boxes.flatMap(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2]),
      [batch, TRUTHS, 4],
    ),
    truth_classes: floats(oneHot, [batch, TRUTHS, classes]),
    truth_mask: floats(
      boxes.map(() => 1),
      [batch, TRUTHS, 1],
    ),
  };
}

async function readdirOf(folder: string): Promise<[string]> {
  const [name] = await readdir(folder);
  if (name === undefined) throw new Error('onnxruntime left no profile');
  return [join(folder, name)];
}
