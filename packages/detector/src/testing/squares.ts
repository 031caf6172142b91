import { type Random, seededRandom } from '@assay/vision';
import { createDataset, type Dataset, type Truth } from '../dataset/dataset.ts';
import { defaultTrainingSettings } from '../training/defaults.ts';
import type { TrainingSettings } from '../training/settings.ts';

/** A network and a run that take seconds, for tests. */
export const tinySettings: TrainingSettings = {
  ...defaultTrainingSettings,
  steps: 8,
  batchPerWorker: 2,
  validateEvery: 4,
  checkpointEvery: 3,
  shape: {
    widths: [4, 8, 8, 8, 8],
    depths: [0, 1, 0, 0, 0],
    headWidth: 8,
    backbone: 'own',
    mirrors: false,
  },
  optimizer: { ...defaultTrainingSettings.optimizer, warmupSteps: 4 },
};

const IMAGE_SIZE = 64;

/** Noisy grey images with one bright (class 0) or dark (class 1) square each. */
export function squares(count: number, seed: number): Dataset {
  const random = seededRandom(seed);
  const samples = Array.from({ length: count }, (_, i) => {
    const truth = drawSquare(random);
    return { name: `square-${seed}-${i}`, pixels: paint(truth, random), truths: [truth] };
  });
  return createDataset(['bright', 'dark'], IMAGE_SIZE, samples);
}

function drawSquare(random: Random): Truth {
  const side = 14 + Math.floor(16 * random());
  const x1 = Math.floor(random() * (IMAGE_SIZE - side));
  const y1 = Math.floor(random() * (IMAGE_SIZE - side));
  return { x1, y1, x2: x1 + side, y2: y1 + side, classId: random() < 0.5 ? 0 : 1 };
}

function paint({ x1, y1, x2, y2, classId }: Truth, random: Random): Uint8Array {
  return Uint8Array.from({ length: 3 * IMAGE_SIZE * IMAGE_SIZE }, (_, i) => {
    const x = i % IMAGE_SIZE;
    const y = Math.floor(i / IMAGE_SIZE) % IMAGE_SIZE;
    const inside = x >= x1 && x < x2 && y >= y1 && y < y2;
    return (inside ? (classId === 0 ? 220 : 30) : 120) + 20 * random();
  });
}
