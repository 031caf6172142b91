import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { messageOf } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { environmentVariables } from './environment-variables.ts';
import { exitReason } from './exit-reason.ts';
import { type LambdaFunction, qualifiedArn } from './functions.ts';
import { LogStream } from './log-stream.ts';
import { readLines } from './output-lines.ts';
import { reportLine } from './report-line.ts';
import type { Refusal, RuntimeApi, RuntimeListener } from './runtime-api.ts';

export interface Invocation {
  requestId: string;
  /** JSON. */
  payload: string;
  /** JSON in base64, as the caller gave it. */
  clientContext?: string;
}

export interface InvocationResult {
  /** JSON: what the handler returned, or the error. */
  payload: string;
  /** True when the function failed rather than answered. */
  failed: boolean;
  /** The invocation's last 4 KB of log. */
  logTail: string;
}

interface Running extends Invocation {
  resolve(result: InvocationResult | undefined): void;
  /** When the runtime took it. */
  begunAt?: number;
  log: string;
}

/** "6 MB (synchronous)". */
const LARGEST_RESPONSE = 6_291_556;
/** "The Init phase is limited to 10 seconds"; a busy laptop gets the function's own time on top. */
const INIT_SECONDS = 10;
const BOOTSTRAP = join(import.meta.dirname, 'bootstrap.mjs');

/** One process that runs one function, an invocation at a time. */
export class Environment implements RuntimeListener {
  readonly lambda: LambdaFunction;
  readonly logs: LogStream;
  readonly startedAt: number;
  readonly #kernel: Kernel;
  readonly #api: Pick<RuntimeApi, 'attach' | 'detach'>;
  readonly #taskRoot: string;
  readonly #runtime: string[];
  readonly #token = randomBytes(24).toString('base64url');
  readonly #temporary: string;
  readonly #ended = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #waiting: ServerResponse | undefined;
  #running: Running | undefined;
  /** Whose lines are read: outlives its answer, as what it wrote may still be in the pipe then. */
  #writing: Running | undefined;
  #ready = false;
  #spawnedAt = 0;
  /** How long the start took, until it was told. */
  #init: number | undefined;
  #cancelTimeout: (() => void) | undefined;
  #alive = true;

  /** @param runtime Node's arguments for the client of the Runtime API. */
  constructor(
    kernel: Kernel,
    api: Pick<RuntimeApi, 'attach' | 'detach'>,
    lambda: LambdaFunction,
    taskRoot: string,
    runtime = [BOOTSTRAP],
  ) {
    this.#kernel = kernel;
    this.#api = api;
    this.#taskRoot = taskRoot;
    this.#runtime = runtime;
    this.lambda = lambda;
    this.logs = new LogStream(kernel, lambda);
    this.startedAt = kernel.clock.now();
    this.#temporary = join(kernel.folder('lambda'), 'tmp', this.#token);
  }

  /** False once its process has ended or been killed: it takes no invocation any more. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Resolves when the process is gone. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async start(): Promise<void> {
    try {
      await this.#spawn();
    } catch (error) {
      this.#end(`Error: Runtime could not be started: ${messageOf(error)}`);
    }
  }

  async #spawn(): Promise<void> {
    const runtimeApi = await this.#api.attach(this.#token, this);
    mkdirSync(this.#temporary, { recursive: true, mode: 0o700 });
    const { lambda } = this;
    const env = environmentVariables(this.#kernel, lambda, {
      taskRoot: this.#taskRoot,
      temporary: this.#temporary,
      runtimeApi,
      logStream: this.logs.name,
    });
    this.#spawnedAt = performance.now();
    const flags = [`--max-old-space-size=${lambda.memorySize}`];
    const child = this.#kernel.processes.spawn(process.execPath, [...flags, ...this.#runtime], {
      cwd: this.#taskRoot,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) readLines(stream, (message) => this.#log(message));
    child.once('error', (error) => this.#end(`Error: Runtime could not be started: ${error.message}`));
    child.once('close', (code, signal) => this.#end(exitReason(code, signal)));
    this.#cancelTimeout = this.#kernel.clock.after((INIT_SECONDS + lambda.timeout) * 1000, () => this.#timeOut());
  }

  /** Runs one invocation, as soon as the runtime is ready. Undefined when a used environment ended before it took it. */
  run(invocation: Invocation): Promise<InvocationResult | undefined> {
    return new Promise((resolve) => {
      this.#running = { ...invocation, resolve, log: '' };
      this.#writing = this.#running;
      if (!this.#alive) this.#end(exitReason(0, null));
      else if (this.#waiting) this.#handOver(this.#waiting);
    });
  }

  kill(): void {
    this.#alive = false;
    this.#cancelTimeout?.();
    if (this.#child) this.#kernel.processes.signal(this.#child, 'SIGKILL');
    else this.#ended.resolve();
  }

  next(response: ServerResponse): Refusal | undefined {
    if (this.#running?.begunAt !== undefined) return 'InvalidStateTransition';
    if (!this.#ready) {
      this.#ready = true;
      this.#init = performance.now() - this.#spawnedAt;
      this.#cancelTimeout?.();
    }
    this.#waiting = response;
    if (this.#running) this.#handOver(response);
    return undefined;
  }

  responded(requestId: string, body: Buffer, maxMemoryKb: number): Refusal | undefined {
    if (!this.#isUnderWay(requestId)) return 'InvalidRequestID';
    if (body.length <= LARGEST_RESPONSE) {
      void this.#finish(body.toString(), false, maxMemoryKb);
      return undefined;
    }
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${LARGEST_RESPONSE} bytes).`;
    void this.#finish(JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }), true, maxMemoryKb);
    return 'RequestEntityTooLarge';
  }

  failed(requestId: string, body: Buffer, maxMemoryKb: number): Refusal | undefined {
    if (!this.#isUnderWay(requestId)) return 'InvalidRequestID';
    void this.#finish(body.toString(), true, maxMemoryKb);
    return undefined;
  }

  initFailed(body: Buffer): Refusal | undefined {
    if (this.#ready) return 'InvalidStateTransition';
    // The process ends by itself now: it must not be taken for ready.
    this.#alive = false;
    if (this.#running) void this.#finish(body.toString(), true, 0);
    return undefined;
  }

  /** An invocation that waits for the runtime is not yet its own to answer. */
  #isUnderWay(requestId: string): boolean {
    return this.#running?.requestId === requestId && this.#running.begunAt !== undefined;
  }

  #handOver(response: ServerResponse): void {
    const running = this.#running;
    if (!running) return;
    this.#waiting = undefined;
    running.begunAt = performance.now();
    const timeout = this.lambda.timeout * 1000;
    this.#log(`START RequestId: ${running.requestId} Version: ${this.lambda.version}`);
    this.#cancelTimeout = this.#kernel.clock.after(timeout, () => this.#timeOut());
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': running.requestId,
      // The process reads the wall clock, whatever clock we were given.
      'lambda-runtime-deadline-ms': String(Date.now() + timeout),
      'lambda-runtime-invoked-function-arn':
        this.lambda.version === '$LATEST' ? this.lambda.arn : qualifiedArn(this.lambda),
      'lambda-runtime-trace-id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')};Sampled=0`,
      ...(running.clientContext && {
        'lambda-runtime-client-context': Buffer.from(running.clientContext, 'base64').toString(),
      }),
    });
    response.end(running.payload);
  }

  #timeOut(): void {
    const running = this.#running;
    if (!running) {
      this.kill();
      return;
    }
    const seconds = this.lambda.timeout.toFixed(2);
    this.#log(
      `${new Date(this.#kernel.clock.now()).toISOString()} ${running.requestId} Task timed out after ${seconds} seconds`,
    );
    const errorMessage = `RequestId: ${running.requestId} Error: Task timed out after ${seconds} seconds`;
    this.kill();
    void this.#finish(JSON.stringify({ errorType: 'Sandbox.Timedout', errorMessage }), true, 0, 'timeout');
  }

  /** The process is gone. Whatever it was running has failed. */
  #end(why: string): void {
    this.#alive = false;
    this.#cancelTimeout?.();
    this.#api.detach(this.#token);
    const running = this.#running;
    if (running && this.#ready && running.begunAt === undefined) {
      this.#running = undefined;
      running.resolve(undefined);
    } else if (running) {
      const errorMessage = `RequestId: ${running.requestId} ${why}`;
      this.#log(errorMessage);
      void this.#finish(JSON.stringify({ errorType: 'Runtime.ExitError', errorMessage }), true, 0, 'error');
    }
    rm(this.#temporary, { recursive: true, force: true })
      .catch((error) => this.#kernel.report(`${this.#temporary} could not be removed`, error))
      .then(() => this.logs.flush())
      .finally(() => this.#ended.resolve());
  }

  async #finish(payload: string, failed: boolean, maxMemoryKb: number, status?: 'timeout' | 'error'): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    this.#cancelTimeout?.();
    // What the function wrote before it answered is in its pipe already: two turns, and it is read.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    const milliseconds = running.begunAt === undefined ? 0 : performance.now() - running.begunAt;
    const { requestId } = running;
    const lines = [
      `END RequestId: ${requestId}`,
      reportLine({ requestId, milliseconds, maxMemoryKb, status, init: this.#init, lambda: this.lambda }),
    ];
    this.#init = undefined;
    for (const line of lines) this.#log(line);
    running.resolve({ payload, failed, logTail: Buffer.from(running.log).subarray(-4096).toString() });
  }

  #log(line: string): void {
    this.logs.write(`${line}\n`);
    if (this.#writing) this.#writing.log = `${this.#writing.log}${line}\n`.slice(-8192);
  }
}
