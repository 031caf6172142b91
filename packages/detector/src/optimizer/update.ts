import { MUON_MOMENTUM } from './muon.ts';
import type { OptimizerSettings, StepRates } from './schedule.ts';
import type { Segment, Shard } from './shards.ts';

/** The vectors that an update reads and writes, all as long as the parameter vector. */
export interface OptimizerVectors {
  readonly parameters: Float32Array;
  readonly average: Float32Array;
  readonly momentum: Float32Array;
  readonly variance: Float32Array;
  readonly gradient: Float32Array;
}

export interface UpdateStep {
  /** Counts from 0. */
  readonly step: number;
  readonly rates: StepRates;
  readonly settings: OptimizerSettings;
  /** Factor that clips the gradient's norm; 1 when it is short enough. */
  readonly gradientScale: number;
}

/** Direction for packed kernels, from their packed momentum. */
export type MuonDirection = (momentum: Float32Array) => Promise<Float32Array>;

const MOMENTUM_DECAY = 0.9;
const VARIANCE_DECAY = 0.99;
const EPSILON = 1e-8;

/** Updates a shard's parameters and their moving average: Muon for kernels, AdamW (Loshchilov & Hutter) for the rest. */
export async function updateShard(
  vectors: OptimizerVectors,
  shard: Shard,
  update: UpdateStep,
  muonDirection: MuonDirection,
): Promise<void> {
  for (const segment of shard.rest) adamW(vectors, segment, update);
  if (shard.kernels.length === 0) return;
  const packed = muonMomentum(vectors, shard.kernels, update.gradientScale);
  const direction = await muonDirection(packed);
  let position = 0;
  for (const segment of shard.kernels) {
    const size = segment.end - segment.start;
    muon(vectors, segment, direction.subarray(position, position + size), update);
    position += size;
  }
}

function adamW(vectors: OptimizerVectors, { start, end, kind }: Segment, update: UpdateStep): void {
  const { parameters, average, momentum, variance, gradient } = vectors;
  const { rates, gradientScale, settings, step } = update;
  const rate = rates.learningRate / (1 - MOMENTUM_DECAY ** (step + 1));
  const varianceCorrection = 1 / (1 - VARIANCE_DECAY ** (step + 1));
  const decay = kind === 'vector' ? 0 : rates.learningRate * settings.weightDecay;
  for (let i = start; i < end; i++) {
    const slope = gradient[i]! * gradientScale;
    const m = MOMENTUM_DECAY * momentum[i]! + (1 - MOMENTUM_DECAY) * slope;
    const v = VARIANCE_DECAY * variance[i]! + (1 - VARIANCE_DECAY) * slope * slope;
    momentum[i] = m;
    variance[i] = v;
    const old = parameters[i]!;
    parameters[i] = old - (rate * m) / (Math.sqrt(v * varianceCorrection) + EPSILON) - decay * old;
    average[i] = rates.averageDecay * average[i]! + (1 - rates.averageDecay) * parameters[i]!;
  }
}

/** Accumulates the momentum and packs what Nesterov's rule looks ahead to. */
function muonMomentum(vectors: OptimizerVectors, kernels: readonly Segment[], gradientScale: number): Float32Array {
  const { momentum, gradient } = vectors;
  const packed = new Float32Array(kernels.reduce((total, { start, end }) => total + end - start, 0));
  let position = 0;
  for (const { start, end } of kernels) {
    for (let i = start; i < end; i++) {
      const slope = gradient[i]! * gradientScale;
      const m = MUON_MOMENTUM * momentum[i]! + slope;
      momentum[i] = m;
      packed[position++] = MUON_MOMENTUM * m + slope;
    }
  }
  return packed;
}

function muon(vectors: OptimizerVectors, { start, end }: Segment, direction: Float32Array, update: UpdateStep): void {
  const { parameters, average } = vectors;
  const { rates, settings } = update;
  const rate = rates.learningRate * settings.muonFactor;
  const decay = rates.learningRate * settings.weightDecay;
  for (let i = start; i < end; i++) {
    const old = parameters[i]!;
    parameters[i] = old - rate * direction[i - start]! - decay * old;
    average[i] = rates.averageDecay * average[i]! + (1 - rates.averageDecay) * parameters[i]!;
  }
}
