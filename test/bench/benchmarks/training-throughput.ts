import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultTrainingSettings } from '@assay/detector';
import { layoutOf } from '../../../packages/detector/src/network/onnx-export.ts';
import { type NetworkShape, nanoShape } from '../../../packages/detector/src/network/shape.ts';
import type { Benchmark, Section } from '../benchmark.ts';
import { matrixPeak } from '../detector/matrix-peak.ts';
import { multiplicationsOf } from '../detector/network-cost.ts';
import { startTorchPeer, type TorchPeer } from '../detector/torch-peer.ts';
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

/** How fast the network is trained, and where the time goes. */
export const trainingThroughput: Benchmark = {
  name: 'training-throughput',
  title: `Training the same network on ${THREADS} threads, against PyTorch`,
  async run({ short, seed, say }) {
    const shape: NetworkShape = {
      ...nanoShape,
      backbone: 'own',
      widths: [16, 32, 64, 96, 128],
      headWidth: 64,
      imageSize: short ? 64 : 192,
      classes: 6,
    };
    const [rounds, steps, peerSteps] = short ? [1, 20, 1] : [5, 80, 40];
    const dataset = noiseDataset(shape, 64, seed);
    const settings = { ...defaultTrainingSettings, seed, workers: THREADS, batchPerWorker: BATCH / THREADS, shape };
    const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
    const options = { shape, layout: layoutOf(shape), batch: BATCH, threads: THREADS, seed, folder };
    const torch = await startTorchPeer(options, say);
    try {
      if (torch) say(`same predictions as PyTorch ${torch.version} to ${await difference(shape, torch, seed)}`);
      const rate = async (seconds: Promise<number>): Promise<Figures> => ({
        [RATE]: (BATCH * peerSteps) / (await seconds),
      });
      const turns = await inTurns(
        [
          { name: 'Assay, all included', run: async () => ({ [RATE]: await trainingRate(settings, dataset, steps) }) },
          ...(torch
            ? [
                {
                  name: `PyTorch ${torch.version}, channels_last`,
                  run: () => rate(torch.train('channels_last', peerSteps)),
                },
                { name: `PyTorch ${torch.version}, NCHW`, run: () => rate(torch.train('nchw', peerSteps)) },
              ]
            : []),
          { name: 'matrix products', run: async () => ({ [RATE]: await matrixPeak(THREADS) }) },
        ],
        rounds,
      );
      const profile = await profileOperators(shape, BATCH / THREADS, short ? 2 : 10, seed);
      return {
        sections: [...rateSections(turns, shape), profileSection(profile)],
        notes: [
          `Batches of ${BATCH} images of ${shape.imageSize} pixels, ${rounds} rounds in turns of ${steps} and ${peerSteps} steps; medians. Assay: ${THREADS} workers with one thread each; augmentation, target assignment and optimizer are included. PyTorch: AdamW, ready-made batches and targets.`,
        ],
      };
    } finally {
      await torch?.close();
      await rm(folder, { recursive: true });
    }
  },
};

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
  const peak = turns.at(-1);
  const trainers = turns.slice(0, -1);
  const peer = trainers.find(({ name }) => name.includes('channels_last'));
  const operations = (2 * PASSES * multiplicationsOf(shape)) / 1e9;
  const at = (turn: Turns | undefined) => median((turn?.figures ?? []).map((figures) => figures[RATE] ?? Number.NaN));
  return [
    {
      title: 'Training',
      headings: ratioHeadings('side', trainers[0]?.figures[0], 'PyTorch'),
      rows: ratioRows(trainers, peer),
    },
    {
      title: "Share of the machine's matrix products",
      headings: ['side', 'GF/s', 'share'],
      rows: [
        ...trainers.map((turn) => [
          turn.name,
          rounded(operations * at(turn)),
          rounded((operations * at(turn)) / at(peak)),
        ]),
        ['matrix products of 1024 × 1024, onnxruntime', rounded(at(peak)), 1],
      ],
    },
  ];
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
