import { Worker } from 'node:worker_threads';
import type { Detection } from '@assay/vision';
import type { StepReport, StepTimings, WorkerAssignment, WorkerReply, WorkerRequest } from './worker-protocol.ts';

type Reply<Kind extends WorkerReply['kind']> = Extract<WorkerReply, { kind: Kind }>;

interface StepListener {
  /** Hears of each step; so many were taken in all. */
  readonly onStep: (step: number) => void;
  /** Hears of some. */
  readonly onReport: (report: StepReport) => void;
}

/** The worker threads of one run. They compute; this side only waits, so that its event loop stays free. */
export class WorkerPool implements AsyncDisposable {
  readonly #workers: readonly Worker[];
  /** Rejects when any worker dies: the others would wait at a barrier for ever. */
  readonly #failure: Promise<never>;
  #listener: StepListener = { onStep: () => {}, onReport: () => {} };

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
    this.#failure = Promise.race(workers.map(failureOf));
    // Somebody awaits it only while there is a request under way.
    this.#failure.catch(() => {});
    for (const worker of workers) {
      worker.on('message', (reply: WorkerReply) => {
        if (reply.kind === 'progress') this.#listener.onReport(reply.report);
        if (reply.kind === 'stepped') this.#listener.onStep(reply.step);
      });
    }
  }

  static async start(assignments: readonly WorkerAssignment[]): Promise<WorkerPool> {
    const entry = workerEntry(import.meta.url);
    const pool = new WorkerPool(assignments.map((workerData) => new Worker(entry, { workerData })));
    try {
      await pool.#all((worker) => replyOf(worker, 'ready'));
    } catch (error) {
      await pool[Symbol.asyncDispose]();
      throw error;
    }
    return pool;
  }

  /** Takes steps `from` … `to` − 1; returns the step that was reached and the time that it took per worker. */
  async train(from: number, to: number, listener: StepListener) {
    this.#listener = listener;
    const replies = await this.#request('trained', () => ({ kind: 'train', from, to }));
    const timings: StepTimings[] = replies.map((reply) => reply.timings);
    return { step: replies[0]?.step ?? from, timings };
  }

  /** Detections of an exported model on each of the first `count` validation images; on fewer when it is interrupted. */
  async detect(model: Uint8Array, count: number): Promise<(readonly Detection[])[]> {
    const cut = (part: number) => Math.round((part * count) / this.#workers.length);
    const replies = await this.#request('detected', (worker) => ({
      kind: 'detect',
      model,
      from: cut(worker),
      to: cut(worker + 1),
    }));
    return replies.flatMap((reply) => [...reply.detections]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #request<Kind extends WorkerReply['kind']>(kind: Kind, request: (worker: number) => WorkerRequest) {
    return this.#all((worker, position) => {
      const reply = replyOf(worker, kind);
      worker.postMessage(request(position));
      return reply;
    });
  }

  #all<Kind extends WorkerReply['kind']>(ask: (worker: Worker, position: number) => Promise<Reply<Kind>>) {
    return Promise.race([Promise.all(this.#workers.map(ask)), this.#failure]);
  }
}

function replyOf<Kind extends WorkerReply['kind']>(worker: Worker, kind: Kind): Promise<Reply<Kind>> {
  return new Promise((resolve) => {
    const listen = (reply: WorkerReply) => {
      if (!isReply(reply, kind)) return;
      worker.off('message', listen);
      resolve(reply);
    };
    worker.on('message', listen);
  });
}

function isReply<Kind extends WorkerReply['kind']>(reply: WorkerReply, kind: Kind): reply is Reply<Kind> {
  return reply.kind === kind;
}

function failureOf(worker: Worker, position: number): Promise<never> {
  return new Promise((_, reject) => {
    worker.on('error', (cause) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      reject(new Error(`training worker ${position} failed: ${reason}`, { cause }));
    });
    worker.on('exit', (code) => reject(new Error(`training worker ${position} ended early with code ${code}`)));
  });
}

/** `worker.ts` beside this file, or `worker.mjs` beside the bundle that this file has become a part of. */
function workerEntry(here: string): URL {
  return new URL(here.endsWith('.ts') ? './worker.ts' : './worker.mjs', here);
}
