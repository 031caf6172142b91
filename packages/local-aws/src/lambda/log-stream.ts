import { randomBytes } from 'node:crypto';
import type { Caller } from '../kernel/caller.ts';
import { AwsError, messageOf } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { functionCaller, type LambdaFunction } from './functions.ts';

const FLUSH_AFTER = 200;
/** Below CloudWatch Logs' bounds of a call: 10,000 lines and 1 MiB. */
const MOST_LINES = 1000;
const MOST_BYTES = 800_000;
/** "256 KB" is the most that one log event may have. */
const LONGEST_LINE = 250_000;

/** What one environment writes to CloudWatch Logs, in batches. */
export class LogStream {
  readonly group: string;
  readonly name: string;
  readonly #kernel: Kernel;
  readonly #caller: Caller;
  #lines: { timestamp: number; message: string }[] = [];
  #bytes = 0;
  #made = false;
  #flushing: Promise<void> = Promise.resolve();
  #cancelFlush: (() => void) | undefined;
  #broken = false;

  constructor(kernel: Kernel, lambda: LambdaFunction) {
    this.#kernel = kernel;
    this.#caller = functionCaller(lambda);
    this.group = lambda.logGroup;
    const day = new Date(kernel.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    this.name = `${day}/[${lambda.version}]${randomBytes(16).toString('hex')}`;
  }

  write(message: string): void {
    const cut = message.length > LONGEST_LINE ? message.slice(0, LONGEST_LINE) : message;
    if (cut === '') return;
    this.#lines.push({ timestamp: this.#kernel.clock.now(), message: cut });
    this.#bytes += Buffer.byteLength(cut) + 26;
    if (this.#lines.length >= MOST_LINES || this.#bytes >= MOST_BYTES) void this.flush();
    else this.#cancelFlush ??= this.#kernel.clock.after(FLUSH_AFTER, () => void this.flush());
  }

  /** Sends what was written so far. Trouble is reported once: a function doesn't fail because its log does. */
  flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#flushing = this.#flushing.then(() => this.#send());
    return this.#flushing;
  }

  async #send(): Promise<void> {
    const logEvents = this.#lines;
    if (logEvents.length === 0) return;
    this.#lines = [];
    this.#bytes = 0;
    const caller = this.#caller;
    const stream = { logGroupName: this.group, logStreamName: this.name };
    try {
      if (!this.#made) {
        await this.#make(stream, caller);
        this.#made = true;
      }
      await this.#kernel.call('logs', 'PutLogEvents', { ...stream, logEvents }, caller);
    } catch (error) {
      // The group may have been deleted: make it again next time.
      this.#made = false;
      if (!this.#broken)
        this.#kernel.report(`${this.group}: lines of the function's log are lost: ${messageOf(error)}`, error);
      this.#broken = true;
    }
  }

  /** The group is made only when it isn't there: a role may be allowed to write to its group, but not to make one. */
  async #make(stream: { logGroupName: string; logStreamName: string }, caller: Caller): Promise<void> {
    const make = () => this.#kernel.call('logs', 'CreateLogStream', stream, caller);
    try {
      await make();
    } catch (error) {
      if (isNamed(error, 'ResourceAlreadyExistsException')) return;
      if (!isNamed(error, 'ResourceNotFoundException')) throw error;
      try {
        await this.#kernel.call('logs', 'CreateLogGroup', { logGroupName: this.group }, caller);
      } catch (again) {
        // Another environment was faster.
        if (!isNamed(again, 'ResourceAlreadyExistsException')) throw again;
      }
      await make();
    }
  }
}

const isNamed = (error: unknown, code: string): boolean => error instanceof AwsError && error.code === code;
