import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultTrainingSettings } from '@assay/detector';
import { square } from '@assay/vision';
import { layoutOf } from '../../../packages/detector/src/network/onnx-export.ts';
import { type NetworkShape, nanoShape } from '../../../packages/detector/src/network/shape.ts';
import type { Benchmark, Form, Section } from '../benchmark.ts';
import { matrixPeak } from '../detector/matrix-peak.ts';
import { multiplicationsOf } from '../detector/network-cost.ts';
import { type MemoryLayout, startTorchPeer, type TorchPeer } from '../detector/torch-peer.ts';
import { batchThroughGraph, noiseDataset, profileOperators, trainingRate } from '../detector/training-steps.ts';
import { median, rounded } from '../statistics.ts';
import { type Figures, inTurns, ratioHeadings, ratioRows, type Turns } from '../turns.ts';

const THREADS = 2;
const BATCH = 16;
const RATE = 'images/s';
/** Forward, gradient of the input, gradient of the kernel. */
const PASSES = 3;
const OPERATORS = 12;
/** Relative difference between two runtimes' float32 that is rounding. */
const ROUNDING = 2e-3;

const BACKBONES = ['pretrained', 'own'] as const;

/** How fast the network is trained, with either backbone, and where the time goes. */
export const trainingThroughput: Benchmark = {
  name: 'training-throughput',
  title: `Training the same network on ${THREADS} threads, against PyTorch`,
  async run(form) {
    const sections: Section[] = [];
    for (const backbone of BACKBONES) sections.push(...(await against(backbone, form)));
    return {
      sections,
      notes: [
        `Batches of ${BATCH} images, in turns; medians. Assay: ${THREADS} workers with one thread each; augmentation, target assignment and optimizer are included. PyTorch: AdamW, ready-made batches and targets. \`pretrained\` is the default: no gradient flows through its frozen stages, on neither side.`,
      ],
    };
  },
};

async function against(backbone: NetworkShape['backbone'], { short, seed, say }: Form): Promise<Section[]> {
  const shape: NetworkShape = {
    ...nanoShape,
    backbone,
    widths: [16, 32, 64, 96, 128],
    headWidth: 64,
    input: square(short ? 64 : 192),
    classes: 6,
  };
  const [rounds, steps, peerSteps] = short ? [1, 20, 1] : [5, 80, 40];
  const dataset = noiseDataset(shape, 64, seed);
  const settings = { ...defaultTrainingSettings, seed, workers: THREADS, batchPerWorker: BATCH / THREADS, shape };
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
  const options = { shape, layout: layoutOf(shape), batch: BATCH, threads: THREADS, seed, folder };
  const torch = await startTorchPeer(options, say);
  try {
    if (torch) {
      say(`${backbone}: same predictions as PyTorch ${torch.version} to ${await difference(shape, torch, seed)}`);
    }
    const theirs = (layout: MemoryLayout, peer: TorchPeer) => ({
      name: `PyTorch ${peer.version}, ${layout === 'nchw' ? 'NCHW' : layout}`,
      run: async (): Promise<Figures> => ({ [RATE]: (BATCH * peerSteps) / (await peer.train(layout, peerSteps)) }),
    });
    const turns = await inTurns(
      [
        { name: 'Assay, all included', run: async () => ({ [RATE]: await trainingRate(settings, dataset, steps) }) },
        ...(torch ? [theirs('channels_last', torch), theirs('nchw', torch)] : []),
        { name: 'matrix products', run: async () => ({ [RATE]: await matrixPeak(THREADS) }) },
      ],
      rounds,
    );
    const profile = await profileOperators(shape, BATCH / THREADS, short ? 2 : 10, seed);
    const rated = rateSections(turns, shape);
    return [...rated, profileSection(profile)].map((section) => ({
      ...section,
      title: `${section.title}, backbone ${backbone}, ${shape.input.width} pixels, ${rounds} rounds of ${steps} and ${peerSteps} steps`,
    }));
  } finally {
    await torch?.close();
    await rm(folder, { recursive: true });
  }
}

/** Largest relative difference of the two networks' predictions; throws when they are not the same network. */
async function difference(shape: NetworkShape, torch: TorchPeer, seed: number): Promise<string> {
  const { parameters, images, answers } = await batchThroughGraph(shape, 2, seed);
  const unit = Float32Array.from(images, (byte) => Number(byte) / 255);
  const input = new Float32Array(parameters.length + unit.length);
  input.set(parameters);
  input.set(unit, parameters.length);
  const theirs = await torch.predict(input);
  const ours = ['logits', 'centres', 'sizes'].flatMap((name) => [...(answers[name]?.data ?? [])].map(Number));
  if (ours.length !== theirs.length)
    throw new Error(`PyTorch answers with ${theirs.length} numbers, Assay ${ours.length}`);
  const largest = ours.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? 0)) / (1 + Math.abs(value))),
    0,
  );
  if (!(largest < ROUNDING)) throw new Error(`PyTorch's network predicts something else: it differs by ${largest}`);
  return largest.toExponential(1);
}

function rateSections(turns: Turns[], shape: NetworkShape): Section[] {
  const trainers = turns.slice(0, -1);
  const peer = trainers.find(({ name }) => name.includes('channels_last'));
  const rates: Section = {
    title: 'Training',
    headings: ratioHeadings('side', trainers[0]?.figures[0], 'PyTorch'),
    rows: ratioRows(trainers, peer),
  };
  // Frozen stages have no backward pass: what a step multiplies is not three times the forward pass there.
  return shape.backbone === 'own' ? [rates, shareOfPeak(turns, shape)] : [rates];
}

function shareOfPeak(turns: Turns[], shape: NetworkShape): Section {
  const operations = (2 * PASSES * multiplicationsOf(shape)) / 1e9;
  const at = (turn: Turns | undefined) => median((turn?.figures ?? []).map((figures) => figures[RATE] ?? Number.NaN));
  const peak = at(turns.at(-1));
  return {
    title: "Share of the machine's matrix products",
    headings: ['side', 'GF/s', 'share'],
    rows: [
      ...turns.slice(0, -1).map((turn) => {
        const reached = operations * at(turn);
        return [turn.name, rounded(reached), rounded(reached / peak)];
      }),
      ['matrix products of 1024 × 1024, onnxruntime', rounded(peak), 1],
    ],
  };
}

function profileSection(profile: ReadonlyMap<string, number>): Section {
  const total = [...profile.values()].reduce((sum, spent) => sum + spent, 0);
  const rows = [...profile.entries()].toSorted(([, a], [, b]) => b - a).slice(0, OPERATORS);
  return {
    title: "Where a worker's step goes, by operator",
    headings: ['operator', 'ms a step', '% of the step'],
    rows: rows.map(([name, spent]) => [name, rounded(spent / 1000), rounded((100 * spent) / total)]),
  };
}
