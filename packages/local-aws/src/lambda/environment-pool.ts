import { AwsError, Closing } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { CodeStore } from './code-store.ts';
import { Environment, type Invocation, type InvocationResult } from './environment.ts';
import { CREDENTIAL_SECONDS } from './environment-variables.ts';
import type { LambdaFunction } from './functions.ts';
import { RuntimeApi } from './runtime-api.ts';

/** As many as a laptop bears: a Node.js process takes some 60–150 MB. */
const MOST_ENVIRONMENTS = 8;
const IDLE_MILLISECONDS = 5 * 60_000;
const OLDEST_MILLISECONDS = (CREDENTIAL_SECONDS - 3600) * 1000;

interface Waiting {
  lambda: LambdaFunction;
  take(environment: Environment): void;
  refuse(error: unknown): void;
}

/** The environments of all functions: kept warm, at most so many at once, the oldest idle one making way. */
export class EnvironmentPool {
  readonly #kernel: Kernel;
  readonly #code: CodeStore;
  readonly #api = new RuntimeApi();
  readonly #idle = new Map<Environment, () => void>();
  readonly #busy = new Set<Environment>();
  #waiting: Waiting[] = [];
  #closed = false;

  constructor(kernel: Kernel, code: CodeStore) {
    this.#kernel = kernel;
    this.#code = code;
  }

  /**
   * Runs an invocation in a warm environment or a new one; waits while all are busy. `throttled`: a function at its reserved
   * concurrency refuses (TooManyRequestsException) instead of waiting.
   */
  async run(
    lambda: LambdaFunction,
    invocation: Invocation,
    { throttled }: { throttled: boolean },
  ): Promise<InvocationResult> {
    if (this.#closed) throw new Closing();
    if (lambda.reservedConcurrency === 0 || (throttled && this.#atReserve(lambda))) {
      this.#measure(lambda, 'Throttles', 1);
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
        status: 429,
        extra: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', Type: 'User' },
      });
    }
    for (;;) {
      const environment = await this.#acquire(lambda);
      try {
        const result = await environment.run(invocation);
        // Its process was killed, whatever it seems to have said.
        if (this.#closed) throw new Closing();
        if (!result) continue;
        this.#measure(lambda, 'Throttles', 0);
        this.#measure(lambda, 'Errors', result.failed ? 1 : 0);
        return result;
      } finally {
        this.#release(environment);
      }
    }
  }

  /** Ends the idle environments of a function that was changed or deleted; busy ones end after their work. */
  retire(name: string): void {
    for (const environment of [...this.#idle.keys()]) if (environment.lambda.name === name) this.#drop(environment);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(new Closing());
    const all = [...this.#idle.keys(), ...this.#busy];
    for (const cancel of this.#idle.values()) cancel();
    for (const environment of all) environment.kill();
    await Promise.all(all.map((environment) => environment.ended));
    await this.#api.close();
  }

  /** "Types of metrics for Lambda functions". */
  #measure({ name: FunctionName }: LambdaFunction, name: 'Errors' | 'Throttles', value: number): void {
    this.#kernel.metrics.add({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName } }, value);
  }

  #atReserve({ name, reservedConcurrency }: LambdaFunction): boolean {
    if (reservedConcurrency === undefined) return false;
    const busy = [...this.#busy].filter((environment) => environment.lambda.name === name);
    return busy.length >= reservedConcurrency;
  }

  #acquire(lambda: LambdaFunction): Promise<Environment> {
    return new Promise((take, refuse) => {
      this.#waiting.push({ lambda, take, refuse });
      this.#serve();
    });
  }

  /** Gives environments to those who wait, first come first served, as far as there are any. */
  #serve(): void {
    const still: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const environment = this.#atReserve(waiting.lambda) ? undefined : this.#environmentFor(waiting.lambda);
      if (!environment) {
        still.push(waiting);
        continue;
      }
      this.#busy.add(environment);
      waiting.take(environment);
    }
    this.#waiting = still;
  }

  #environmentFor(lambda: LambdaFunction): Environment | undefined {
    const now = this.#kernel.clock.now();
    for (const environment of [...this.#idle.keys()].reverse()) {
      if (environment.lambda.arn !== lambda.arn || environment.lambda.version !== lambda.version) continue;
      const usable = environment.alive && environment.lambda.revisionId === lambda.revisionId;
      if (usable && now - environment.startedAt < OLDEST_MILLISECONDS) {
        this.#idle.get(environment)?.();
        this.#idle.delete(environment);
        return environment;
      }
      this.#drop(environment);
    }
    if (this.#idle.size + this.#busy.size >= MOST_ENVIRONMENTS) {
      const [longestIdle] = this.#idle.keys();
      if (!longestIdle) return undefined;
      this.#drop(longestIdle);
    }
    const environment = new Environment(this.#kernel, this.#api, lambda, this.#code.path(lambda.codeDigest));
    void environment.start();
    return environment;
  }

  #release(environment: Environment): void {
    this.#busy.delete(environment);
    if (environment.alive && !this.#closed) {
      const cancel = this.#kernel.clock.after(IDLE_MILLISECONDS, () => this.#drop(environment));
      this.#idle.set(environment, cancel);
      environment.ended.then(() => this.#forget(environment));
    }
    this.#serve();
  }

  #drop(environment: Environment): void {
    this.#forget(environment);
    environment.kill();
  }

  #forget(environment: Environment): void {
    this.#idle.get(environment)?.();
    this.#idle.delete(environment);
  }
}
