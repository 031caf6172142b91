import { type CocoEvaluation, square } from '@assay/vision';
import { commonInput, DatasetReader } from '../dataset/dataset.ts';
import { exportOnnx } from '../network/onnx-export.ts';
import type { NetworkShape } from '../network/shape.ts';
import type { TrainedWeights } from '../network/trained-weights.ts';
import { planShards } from '../optimizer/shards.ts';
import { randomStream } from '../random.ts';
import { createControlBlock, interrupt, requestStop } from './barrier.ts';
import type { BatchShape } from './batch.ts';
import { channelBlock } from './channel-block.ts';
import type { Checkpoint } from './checkpoint.ts';
import { measure } from './evaluation.ts';
import {
  averagedWeights,
  createSharedBuffers,
  durableCopy,
  restoreBuffers,
  type SharedBuffers,
} from './shared-state.ts';
import { buildTrainingGraph } from './training-graph.ts';
import { checkInput, fingerprint, type TrainingInput, TrainingRefused, truthSlots } from './training-input.ts';
import { WorkerPool } from './worker-pool.ts';
import type { StepTimings } from './worker-protocol.ts';

export interface TrainingOutcome {
  /** `stopped` by the signal: go on from the checkpoint later. `no longer improving`: its patience was used up. */
  readonly status: 'completed' | 'no longer improving' | 'out of time' | 'stopped';
  /** Steps taken in all. */
  readonly step: number;
  readonly seconds: number;
  /** The best model: weights and the step that they are of. */
  readonly model: Uint8Array;
  readonly modelStep: number;
  /** What the model was exported from, and for which input. */
  readonly network: { readonly shape: NetworkShape; readonly weights: TrainedWeights };
  /** Undefined when there was nothing to measure it with, or the run was stopped. */
  readonly precision: CocoEvaluation | undefined;
  /** Milliseconds, one entry a worker, of this resumption. */
  readonly timings: readonly StepTimings[];
}

/**
 * Trains a detector on worker threads. The same settings and data give the same model, bit for bit, however often the
 * run was stopped and resumed; only `maxSeconds` may end it at another step.
 *
 * @throws TrainingRefused when the data can't be trained on or a checkpoint belongs to another run; Error when the
 * loss diverges
 */
export async function train(input: TrainingInput): Promise<TrainingOutcome> {
  const run = new Run(input, await channelBlock());
  try {
    await run.start();
    return await run.toTheEnd();
  } finally {
    await run.close();
  }
}

class Run {
  readonly #input: TrainingInput;
  readonly #exported: NetworkShape;
  readonly #buffers: SharedBuffers;
  readonly #graph: ReturnType<typeof buildTrainingGraph>;
  readonly #batchShape: BatchShape;
  readonly #control = createControlBlock();
  readonly #fingerprint: string;
  readonly #now: () => number;
  readonly #timings: StepTimings[];
  #pool: WorkerPool | undefined;
  #step = 0;
  #startedAt = 0;
  #secondsBefore = 0;
  #outOfTime = false;
  #stale = 0;
  #unmeasured = false;
  #best: { step: number; ap50: number; weights: TrainedWeights } | undefined;

  constructor(input: TrainingInput, channelBlock: number | undefined) {
    checkInput(input);
    const { settings, training, validation } = input;
    this.#input = input;
    this.#now = input.now ?? (() => performance.now());
    // Training shows squares: mosaics and turned images need them.
    const shape = { ...settings.shape, classes: training.names.length, input: square(training.imageSize) };
    this.#exported = { ...shape, input: commonInput(training, validation) };
    this.#batchShape = {
      batch: settings.batchPerWorker,
      truthSlots: truthSlots(input),
      classes: training.names.length,
      imageSize: training.imageSize,
    };
    const { lossWeights } = settings;
    this.#graph = buildTrainingGraph({ shape, ...this.#batchShape, lossWeights, channelBlock });
    this.#buffers = createSharedBuffers(this.#graph.layout, settings.workers, randomStream(settings.seed, 0));
    this.#fingerprint = fingerprint(input);
    this.#timings = Array.from({ length: settings.workers }, () => ({ augment: 0, compute: 0, update: 0, wait: 0 }));
    if (input.resumeFrom) this.#resume(input.resumeFrom);
  }

  async start(): Promise<void> {
    const { settings, training, validation, stop } = this.#input;
    const { layout, model } = this.#graph;
    this.#startedAt = this.#now();
    const shards = planShards(layout, settings.workers);
    this.#pool = await WorkerPool.start(
      shards.map((shard, worker) => ({
        worker,
        settings,
        batchShape: this.#batchShape,
        model,
        statisticsSlots: layout.statistics,
        shard,
        training,
        validation,
        buffers: this.#buffers,
        control: this.#control,
      })),
    );
    stop?.addEventListener('abort', this.#askToStop, { once: true });
  }

  async close(): Promise<void> {
    this.#input.stop?.removeEventListener('abort', this.#askToStop);
    await this.#pool?.[Symbol.asyncDispose]();
  }

  async toTheEnd(): Promise<TrainingOutcome> {
    const { settings, stop, saveCheckpoint } = this.#input;
    const { checkpointEvery, validateEvery, steps } = settings;
    while (!this.#isOver && !stop?.aborted) {
      if (!this.#unmeasured) {
        const nextStop = Math.min(
          nextMultiple(this.#step, checkpointEvery),
          nextMultiple(this.#step, validateEvery),
          steps,
        );
        await this.#advance(nextStop);
        this.#unmeasured = this.#isOver || (this.#step === nextStop && this.#step % validateEvery === 0);
      }
      if (this.#unmeasured) await this.#measure();
      if (this.#isOver || this.#step % checkpointEvery === 0) await saveCheckpoint?.(this.#checkpoint());
    }
    if (!this.#isOver) await saveCheckpoint?.(this.#checkpoint());
    return this.#outcome();
  }

  get #isOver(): boolean {
    return this.#status !== 'stopped';
  }

  /** How the run ends, were it to end now. */
  get #status(): TrainingOutcome['status'] {
    const { steps, patience } = this.#input.settings;
    if (this.#unmeasured) return 'stopped';
    if (this.#step === steps) return 'completed';
    if (this.#stale >= patience) return 'no longer improving';
    return this.#outOfTime ? 'out of time' : 'stopped';
  }

  async #advance(to: number): Promise<void> {
    const { settings, onStep, maxSeconds } = this.#input;
    const from = { step: this.#step, time: this.#now() };
    const { step, timings } = await this.#workers.train(this.#step, to, {
      onStep: (step) => {
        if (maxSeconds === undefined || this.#seconds < maxSeconds || step === settings.steps) return;
        this.#outOfTime = true;
        requestStop(this.#control);
      },
      onReport: (report) => {
        const images = (report.step - from.step) * settings.workers * settings.batchPerWorker;
        onStep?.({ ...report, imagesPerSecond: (1000 * images) / Math.max(1, this.#now() - from.time) });
      },
    });
    this.#step = step;
    for (const [worker, spent] of timings.entries()) add(this.#timings[worker], spent);
  }

  /**
   * Measures the averaged weights and keeps them when they are the best so far. Equals favour the later, but count as
   * no progress.
   */
  async #measure(): Promise<void> {
    const weights = averagedWeights(this.#buffers);
    const precision = await this.#precisionOf(weights);
    // What was found on some of the images is no measurement. It is made when the run goes on.
    if (this.#input.stop?.aborted) return;
    this.#unmeasured = false;
    if (!precision) return;
    this.#input.onMeasured?.({ step: this.#step, precision });
    const { ap50 } = precision;
    if (ap50 === undefined) return;
    const soFar = this.#best?.ap50 ?? -1;
    this.#stale = ap50 > soFar ? 0 : this.#stale + 1;
    if (ap50 >= soFar) this.#best = { step: this.#step, ap50, weights };
  }

  async #precisionOf(weights: TrainedWeights): Promise<CocoEvaluation | undefined> {
    const { validation, stop } = this.#input;
    if (validation.count === 0) return undefined;
    const detections = await this.#workers.detect(this.#export(weights), validation.count);
    if (stop?.aborted) return undefined;
    return measure(new DatasetReader(validation), detections, validation.names.length);
  }

  async #outcome(): Promise<TrainingOutcome> {
    const weights = this.#best?.weights ?? averagedWeights(this.#buffers);
    // Of a stopped run nobody asks, and whoever stops it waits for two minutes only.
    const { stop } = this.#input;
    const precision = this.#isOver && !stop?.aborted ? await this.#precisionOf(weights) : undefined;
    return {
      status: stop?.aborted ? 'stopped' : this.#status,
      step: this.#step,
      seconds: this.#seconds,
      model: this.#export(weights),
      modelStep: this.#best?.step ?? this.#step,
      network: { shape: this.#exported, weights },
      precision,
      timings: this.#timings,
    };
  }

  #checkpoint(): Checkpoint {
    const best = this.#best && {
      step: this.#best.step,
      ap50: this.#best.ap50,
      parameters: bytesOf(this.#best.weights.parameters),
      statistics: bytesOf(this.#best.weights.statistics),
    };
    const buffers = durableCopy(this.#buffers);
    const [fingerprint, step, seconds, stale] = [this.#fingerprint, this.#step, this.#seconds, this.#stale];
    return { fingerprint, step, seconds, stale, unmeasured: this.#unmeasured, buffers, best };
  }

  #resume({ fingerprint, step, seconds, stale, unmeasured, buffers, best }: Checkpoint): void {
    if (fingerprint !== this.#fingerprint) {
      throw new TrainingRefused(
        'the checkpoint belongs to a run with other hyperparameters, data or trainer: ' +
          'remove it, or give this job a checkpoint location of its own',
      );
    }
    restoreBuffers(this.#buffers, buffers);
    this.#step = step;
    this.#secondsBefore = seconds;
    this.#stale = stale;
    this.#unmeasured = unmeasured;
    this.#best = best && {
      step: best.step,
      ap50: best.ap50,
      weights: {
        parameters: new Float32Array(best.parameters.buffer),
        statistics: new Float64Array(best.statistics.buffer),
      },
    };
  }

  #export(weights: TrainedWeights): Uint8Array {
    return exportOnnx(this.#exported, this.#input.training.names, weights);
  }

  get #seconds(): number {
    return this.#secondsBefore + (this.#now() - this.#startedAt) / 1000;
  }

  get #workers(): WorkerPool {
    if (!this.#pool) throw new Error('the run has not been started');
    return this.#pool;
  }

  readonly #askToStop = () => interrupt(this.#control);
}

function nextMultiple(step: number, interval: number): number {
  return (Math.floor(step / interval) + 1) * interval;
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function add(total: StepTimings | undefined, spent: StepTimings): void {
  if (!total) return;
  for (const part of ['augment', 'compute', 'update', 'wait'] as const) total[part] += spent[part];
}
