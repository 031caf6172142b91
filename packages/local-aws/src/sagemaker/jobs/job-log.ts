import type { Caller } from '../../kernel/caller.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';

/** Lines are sent this often (ms). */
const INTERVAL = 500;
/** PutLogEvents takes 10,000 events; ours are short. */
const BATCH = 1000;

/** A job's output in CloudWatch Logs, in batches and in order. */
export class JobLog {
  readonly #kernel: Kernel;
  readonly #caller: Caller;
  readonly #group: string;
  readonly #stream: string;
  #waiting: { timestamp: number; message: string }[] = [];
  #sending: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #broken = false;

  constructor(kernel: Kernel, caller: Caller, group: string, stream: string) {
    this.#kernel = kernel;
    this.#caller = caller;
    this.#group = group;
    this.#stream = stream;
  }

  write(message: string): void {
    if (this.#broken || message === '') return;
    this.#waiting.push({ timestamp: this.#kernel.clock.now(), message });
    this.#cancel ??= this.#kernel.clock.after(INTERVAL, () => {
      this.#cancel = undefined;
      void this.flush();
    });
  }

  /** Sends what waits. A log that cannot be written is reported once and ends no job, as on AWS. */
  async flush(): Promise<void> {
    while (this.#sending) await this.#sending;
    if (this.#waiting.length === 0 || this.#broken) return;
    this.#sending = this.#send()
      .catch((error: unknown) => {
        this.#broken = true;
        this.#kernel.report(`the log stream ${this.#group} ${this.#stream} cannot be written`, error);
      })
      .finally(() => {
        this.#sending = undefined;
      });
    await this.#sending;
  }

  async close(): Promise<void> {
    this.#cancel?.();
    await this.flush();
  }

  #opened = false;
  async #send(): Promise<void> {
    const names = { logGroupName: this.#group, logStreamName: this.#stream };
    if (!this.#opened) {
      await this.#unlessThere('CreateLogGroup', { logGroupName: this.#group });
      await this.#unlessThere('CreateLogStream', names);
      this.#opened = true;
    }
    while (this.#waiting.length > 0) {
      const logEvents = this.#waiting.slice(0, BATCH);
      await this.#kernel.call('logs', 'PutLogEvents', { ...names, logEvents }, this.#caller);
      this.#waiting.splice(0, logEvents.length);
    }
  }

  async #unlessThere(
    operation: 'CreateLogGroup' | 'CreateLogStream',
    input: { logGroupName: string; logStreamName?: string },
  ): Promise<void> {
    const { logGroupName, logStreamName = '' } = input;
    try {
      if (operation === 'CreateLogGroup') await this.#kernel.call('logs', operation, { logGroupName }, this.#caller);
      else await this.#kernel.call('logs', operation, { logGroupName, logStreamName }, this.#caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceAlreadyExistsException')) throw error;
    }
  }
}
