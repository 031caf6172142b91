import { InferenceSession, Tensor } from 'onnxruntime-node';
import { DatasetReader } from '../dataset/dataset.ts';
import { buildMuonGraph } from '../optimizer/muon.ts';
import { ratesAt } from '../optimizer/schedule.ts';
import { poolStatistics } from '../optimizer/statistics.ts';
import { type MuonDirection, updateShard } from '../optimizer/update.ts';
import { Barrier } from './barrier.ts';
import { type Batch, BatchFiller, type BatchShape, createBatch } from './batch.ts';
import { sessionOptions } from './session-options.ts';
import { type SharedViews, viewSharedBuffers } from './shared-state.ts';
import type { StepTimings, WorkerAssignment, WorkerReply } from './worker-protocol.ts';

const REPORT_EVERY = 20;

/** One worker's part of the training steps. */
export class StepRunner {
  readonly #assignment: WorkerAssignment;
  readonly #views: SharedViews;
  readonly #barrier: Barrier;
  readonly #filler: BatchFiller;
  readonly #batch: Batch;
  readonly #computation: GradientComputation;
  readonly #muonDirection: MuonDirection;

  private constructor(assignment: WorkerAssignment, computation: GradientComputation, muonDirection: MuonDirection) {
    this.#assignment = assignment;
    this.#views = viewSharedBuffers(assignment.buffers);
    this.#barrier = new Barrier(assignment.control, assignment.settings.workers);
    const { batchShape, settings, training, worker } = assignment;
    this.#filler = new BatchFiller(new DatasetReader(training), settings, batchShape, worker);
    this.#batch = computation.batch;
    this.#computation = computation;
    this.#muonDirection = muonDirection;
  }

  static async create(assignment: WorkerAssignment): Promise<StepRunner> {
    const { model, batchShape, buffers, shard } = assignment;
    const computation = await GradientComputation.create(model, batchShape, {
      parameters: buffers.parameters.byteLength / 4,
      statistics: (buffers.batchStatistics[0]?.byteLength ?? 0) / 4,
    });
    return new StepRunner(assignment, computation, await createMuonDirection(shard));
  }

  /** Takes the steps `from` … `to` − 1, or fewer when a stop is requested; returns where it stands. */
  async run(from: number, to: number, tell: (reply: WorkerReply) => void) {
    const { worker, settings } = this.#assignment;
    const timings: StepTimings = { augment: 0, compute: 0, update: 0, wait: 0 };
    const losses = new LossMeter();
    let step = from;
    for (; step < to; step++) {
      if (timed(timings, 'wait', () => this.#barrier.meetAndAskToStop(worker === 0))) break;
      await this.#step(step, timings);
      if (worker !== 0) continue;
      losses.add(this.#views.losses);
      const done = step + 1;
      const { learningRate } = ratesAt(step, settings.steps, settings.optimizer);
      if (done % REPORT_EVERY === 0 || done === to) {
        tell({ kind: 'progress', report: { step: done, learningRate, ...losses.take() } });
      }
      tell({ kind: 'stepped', step: done });
    }
    return { step, timings };
  }

  async #step(step: number, timings: StepTimings): Promise<void> {
    const { worker } = this.#assignment;
    const { optimizer, gradients, batchStatistics, losses } = this.#views;
    timed(timings, 'augment', () => this.#filler.fill(this.#batch, step));

    const started = performance.now();
    const answer = await this.#computation.run(optimizer.parameters);
    gradients[worker]?.set(answer.gradients);
    batchStatistics[worker]?.set(answer.statistics);
    losses.set(answer.losses, 2 * worker);
    timings.compute += performance.now() - started;

    timed(timings, 'wait', () => this.#barrier.meet());
    timed(timings, 'update', () => this.#sumShard());
    timed(timings, 'wait', () => this.#barrier.meet());

    const updating = performance.now();
    await this.#update(step);
    timings.update += performance.now() - updating;
  }

  /** Averages this shard's gradients over the workers, always in the same order, and leaves its squared norm. */
  #sumShard(): void {
    const { worker, shard } = this.#assignment;
    const { gradients, optimizer, squaredNorms } = this.#views;
    const others = gradients.slice(1);
    const share = 1 / gradients.length;
    let squares = 0;
    for (let i = shard.start; i < shard.end; i++) {
      let total = optimizer.gradient[i]!;
      for (const other of others) total += other[i]!;
      const mean = total * share;
      optimizer.gradient[i] = mean;
      squares += mean * mean;
    }
    squaredNorms[worker] = squares;
  }

  async #update(step: number): Promise<void> {
    const { worker, shard, settings, statisticsSlots } = this.#assignment;
    const { optimizer, squaredNorms, statistics, batchStatistics } = this.#views;
    const norm = Math.sqrt(squaredNorms.reduce((total, squares) => total + squares, 0));
    if (!Number.isFinite(norm)) {
      throw new Error(`the gradient is not finite at step ${step}: lower the learning rate`);
    }
    const { clipNorm } = settings.optimizer;
    const rates = ratesAt(step, settings.steps, settings.optimizer);
    const update = { step, rates, settings: settings.optimizer, gradientScale: Math.min(1, clipNorm / (norm + 1e-12)) };
    await updateShard(optimizer, shard, update, this.#muonDirection);
    if (worker === 0) poolStatistics(statistics, statisticsSlots, batchStatistics, step, rates.averageDecay);
  }
}

/** The training graph's session, with tensors that are allocated once. */
class GradientComputation {
  readonly batch: Batch;
  readonly #session: InferenceSession;
  /** onnxruntime takes no tensors over shared memory: the parameters are copied before each step. */
  readonly #parameters: Float32Array;
  readonly #feeds: InferenceSession.FeedsType;
  readonly #answer: { gradients: Float32Array; statistics: Float32Array; losses: Float32Array };
  readonly #fetches: InferenceSession.OnnxValueMapType;

  private constructor(
    session: InferenceSession,
    shape: BatchShape,
    counts: { parameters: number; statistics: number },
  ) {
    const { batch: n, truthSlots: m, classes, imageSize } = shape;
    this.#session = session;
    this.batch = createBatch(shape);
    this.#parameters = new Float32Array(counts.parameters);
    this.#feeds = {
      parameters: new Tensor('float32', this.#parameters, [counts.parameters]),
      images: new Tensor('uint8', this.batch.images, [n, 3, imageSize, imageSize]),
      truth_boxes: new Tensor('float32', this.batch.truthBoxes, [n, m, 4]),
      truth_classes: new Tensor('float32', this.batch.truthClasses, [n, m, classes]),
      truth_mask: new Tensor('float32', this.batch.truthMask, [n, m, 1]),
    };
    this.#answer = {
      gradients: new Float32Array(counts.parameters),
      statistics: new Float32Array(counts.statistics),
      losses: new Float32Array(2),
    };
    this.#fetches = Object.fromEntries(
      Object.entries(this.#answer).map(([name, data]) => [name, new Tensor('float32', data, [data.length])]),
    );
  }

  static async create(model: Uint8Array, shape: BatchShape, counts: { parameters: number; statistics: number }) {
    return new GradientComputation(await InferenceSession.create(model, sessionOptions), shape, counts);
  }

  async run(parameters: Float32Array) {
    this.#parameters.set(parameters);
    await this.#session.run(this.#feeds, this.#fetches);
    return this.#answer;
  }
}

async function createMuonDirection(shard: WorkerAssignment['shard']): Promise<MuonDirection> {
  if (shard.kernels.length === 0) return async (momentum) => momentum;
  const session = await InferenceSession.create(buildMuonGraph(shard), sessionOptions);
  return async (momentum) => {
    const { direction } = await session.run({ momentum: new Tensor('float32', momentum, [momentum.length]) });
    if (!(direction?.data instanceof Float32Array)) throw new Error("Muon's graph did not answer with floats");
    return direction.data;
  };
}

/** Mean losses over steps and workers. */
class LossMeter {
  #classes = 0;
  #boxes = 0;
  #count = 0;

  add(losses: Float64Array): void {
    for (let i = 0; i < losses.length; i += 2) {
      this.#classes += losses[i] ?? 0;
      this.#boxes += losses[i + 1] ?? 0;
      this.#count += 1;
    }
  }

  take() {
    const means = { classLoss: this.#classes / this.#count, boxLoss: this.#boxes / this.#count };
    this.#classes = 0;
    this.#boxes = 0;
    this.#count = 0;
    return means;
  }
}

function timed<Result>(timings: StepTimings, part: keyof StepTimings, work: () => Result): Result {
  const started = performance.now();
  const result = work();
  timings[part] += performance.now() - started;
  return result;
}
