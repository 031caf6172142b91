import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Kernel } from '../kernel/kernel.ts';

const listening = z.object({ port: z.number() });

/** dynalite on disk, on a port of its own that answers only who knows its path; started again when it broke. */
export class DynaliteServer {
  readonly #kernel: Kernel;
  #worker: Worker | undefined;
  #origin: Promise<string> | undefined;
  #closing = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Where it listens: `http://127.0.0.1:PORT/TOKEN/`. */
  origin(): Promise<string> {
    this.#origin ??= this.#start();
    return this.#origin;
  }

  async close(): Promise<void> {
    this.#closing = true;
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close');
    await ended;
  }

  #start(): Promise<string> {
    const token = randomBytes(32).toString('hex');
    const worker = new Worker(new URL('./dynalite-worker.ts', import.meta.url), {
      workerData: { path: this.#kernel.folder('dynamodb'), token },
      env: { ...process.env, AWS_REGION: this.#kernel.region, AWS_ACCOUNT_ID: this.#kernel.account },
      execArgv: [],
    });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      worker.once('message', (message) => resolve(`http://127.0.0.1:${listening.parse(message).port}/${token}/`));
      worker.once('error', (error) => {
        if (!this.#closing) this.#kernel.report('dynalite broke and will be started again', error);
        reject(error);
      });
      worker.once('exit', (code) => {
        if (this.#worker === worker) this.#worker = this.#origin = undefined;
        reject(new Error(`dynalite ended with code ${code} before it listened`));
      });
    });
  }
}
