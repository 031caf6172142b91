import type { Random } from '@assay/vision';
import type { ParameterLayout } from '../network/parameter-layout.ts';
import type { TrainedWeights } from '../network/trained-weights.ts';
import type { StatisticsVectors } from '../optimizer/statistics.ts';
import type { OptimizerVectors } from '../optimizer/update.ts';

/** The memory that all workers share. */
export interface SharedBuffers {
  readonly parameters: SharedArrayBuffer;
  readonly average: SharedArrayBuffer;
  readonly momentum: SharedArrayBuffer;
  readonly variance: SharedArrayBuffer;
  readonly runningStatistics: SharedArrayBuffer;
  readonly averageStatistics: SharedArrayBuffer;
  /** A worker's own results of a step, one buffer a worker. */
  readonly gradients: readonly SharedArrayBuffer[];
  readonly batchStatistics: readonly SharedArrayBuffer[];
  /** float64 [workers, 2]. */
  readonly losses: SharedArrayBuffer;
  /** float64 [workers]: squared norm of each shard's gradient. */
  readonly squaredNorms: SharedArrayBuffer;
}

/** The buffers that a checkpoint has to hold: the rest is written anew in each step. */
export const durableBuffers = [
  'parameters',
  'average',
  'momentum',
  'variance',
  'runningStatistics',
  'averageStatistics',
] as const;

export function createSharedBuffers(layout: ParameterLayout, workers: number, random: Random): SharedBuffers {
  const floats = () => new SharedArrayBuffer(4 * layout.parameterCount);
  const buffers: SharedBuffers = {
    parameters: floats(),
    average: floats(),
    momentum: floats(),
    variance: floats(),
    runningStatistics: new SharedArrayBuffer(8 * layout.statisticsCount),
    averageStatistics: new SharedArrayBuffer(8 * layout.statisticsCount),
    gradients: Array.from({ length: workers }, floats),
    batchStatistics: Array.from({ length: workers }, () => new SharedArrayBuffer(4 * layout.statisticsCount)),
    losses: new SharedArrayBuffer(16 * workers),
    squaredNorms: new SharedArrayBuffer(8 * workers),
  };
  const initial = layout.initialParameters(random);
  new Float32Array(buffers.parameters).set(initial);
  new Float32Array(buffers.average).set(initial);
  return buffers;
}

/** The buffers as numbers. */
export interface SharedViews {
  /** `gradient` is the first worker's: the sum of all is formed there. */
  readonly optimizer: OptimizerVectors;
  readonly statistics: StatisticsVectors;
  readonly gradients: readonly Float32Array[];
  readonly batchStatistics: readonly Float32Array[];
  readonly losses: Float64Array;
  readonly squaredNorms: Float64Array;
}

export function viewSharedBuffers(buffers: SharedBuffers): SharedViews {
  const gradients = buffers.gradients.map((buffer) => new Float32Array(buffer));
  const [gradient] = gradients;
  if (!gradient) throw new Error('training needs a worker');
  return {
    optimizer: {
      parameters: new Float32Array(buffers.parameters),
      average: new Float32Array(buffers.average),
      momentum: new Float32Array(buffers.momentum),
      variance: new Float32Array(buffers.variance),
      gradient,
    },
    statistics: {
      running: new Float64Array(buffers.runningStatistics),
      average: new Float64Array(buffers.averageStatistics),
    },
    gradients,
    batchStatistics: buffers.batchStatistics.map((buffer) => new Float32Array(buffer)),
    losses: new Float64Array(buffers.losses),
    squaredNorms: new Float64Array(buffers.squaredNorms),
  };
}

/** A copy of the averaged weights as they are now: what is evaluated and exported. */
export function averagedWeights(buffers: SharedBuffers): TrainedWeights {
  return {
    parameters: Float32Array.from(new Float32Array(buffers.average)),
    statistics: Float64Array.from(new Float64Array(buffers.averageStatistics)),
  };
}

/** The durable buffers' bytes as they are now. */
export function durableCopy(buffers: SharedBuffers): Record<(typeof durableBuffers)[number], Uint8Array> {
  const copy = (buffer: SharedArrayBuffer) => Uint8Array.from(new Uint8Array(buffer));
  return {
    parameters: copy(buffers.parameters),
    average: copy(buffers.average),
    momentum: copy(buffers.momentum),
    variance: copy(buffers.variance),
    runningStatistics: copy(buffers.runningStatistics),
    averageStatistics: copy(buffers.averageStatistics),
  };
}

/** Overwrites the durable buffers. */
export function restoreBuffers(
  buffers: SharedBuffers,
  saved: Readonly<Record<(typeof durableBuffers)[number], Uint8Array>>,
): void {
  for (const name of durableBuffers) {
    if (saved[name].length !== buffers[name].byteLength) {
      throw new Error(`the checkpoint's ${name} have ${saved[name].length} bytes, not ${buffers[name].byteLength}`);
    }
    new Uint8Array(buffers[name]).set(saved[name]);
  }
}
