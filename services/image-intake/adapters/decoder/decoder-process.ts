import { type ChildProcess, fork } from 'node:child_process';
import { rejectionCodeSchema } from '@assay/events';
import { z } from 'zod';
import { type DecodingTime, MAX_DECODING_BYTES } from '../../domain/limits.ts';
import { DecoderDeath } from '../../domain/rejection.ts';
import { type DecodeReply, type DecodeRequest, READY } from './messages.ts';
import { residentBytes, workedMilliseconds } from './process-usage.ts';

/** Loading libvips takes about 200 ms; a cold start on a busy machine much longer. */
const START_MILLISECONDS = 20_000;

/** How often a decoder at work is looked at: it can fill about 2 MB of memory in a millisecond. */
const WATCH_MILLISECONDS = 10;

const count = z.int().positive();
const imageSchema = z.object({
  width: count,
  height: count,
  depth: count,
  format: z.enum(['jpeg', 'png']),
  capturedAt: z.iso.datetime().optional(),
});
/** What comes out of a process that decoded a hostile image is as much to be checked as the image. */
const replySchema: z.ZodType<DecodeReply> = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['kept', 'made']), image: imageSchema }),
  z.object({ kind: z.literal('refused'), code: rejectionCodeSchema, message: z.string() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);

type Outcome =
  | { readonly kind: 'said'; readonly message: unknown }
  | { readonly kind: 'ended'; readonly how: string }
  | { readonly kind: 'late' };

/** What a decoder took too much of. */
type Excess = 'memory' | 'time';

/**
 * A child process that decodes, one image at a time, until it dies. The time that it takes and (where there is a
 * `/proc`) its memory are watched from outside, because native code stops for nobody.
 */
export class DecoderProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  #alive = true;
  #idleBytes = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#alive = false;
        resolve(how);
      };
      child.on('error', (error) => end(error.message));
      child.once('exit', (code, signal) => end(signal ?? `exit status ${code}`));
    });
  }

  /** Resolves when it is ready to decode. Throws when it does not become so: that is no image's fault. */
  static async start(entry: string): Promise<DecoderProcess> {
    const child = fork(entry, {
      execArgv: ['--max-old-space-size=128'],
      // No credentials; only where Lambda keeps its libraries. One heap, so that memory goes back after an image.
      env: { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH, MALLOC_ARENA_MAX: '1' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const decoder = new DecoderProcess(child);
    const outcome = await decoder.#outcome(START_MILLISECONDS);
    if (outcome.kind !== 'said' || outcome.message !== READY) {
      await decoder.kill();
      const why = outcome.kind === 'ended' ? outcome.how : `it was not ready after ${START_MILLISECONDS} ms`;
      throw new Error(`the image decoder did not start: ${why}`);
    }
    decoder.#idleBytes = residentBytes(child.pid);
    decoder.#rest();
    return decoder;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Throws {@link DecoderDeath} when it dies of the image, or is killed because it takes too much time or memory. */
  async decode(request: DecodeRequest, time: DecodingTime): Promise<DecodeReply> {
    this.#child.ref();
    this.#child.channel?.ref();
    const workedBefore = workedMilliseconds(this.pid);
    let excess: Excess | undefined;
    const watch = setInterval(() => {
      if (residentBytes(this.pid) - this.#idleBytes > MAX_DECODING_BYTES) excess = 'memory';
      else if (workedMilliseconds(this.pid) - workedBefore > time.worked) excess = 'time';
      if (excess !== undefined) void this.kill();
    }, WATCH_MILLISECONDS);
    try {
      this.#child.send(request);
      const outcome = await this.#outcome(time.elapsed);
      const reply = replySchema.safeParse(outcome.kind === 'said' ? outcome.message : undefined);
      if (reply.success) return reply.data;
      await this.kill();
      throw deathBy(outcome, outcome.kind === 'late' ? 'time' : excess);
    } finally {
      clearInterval(watch);
      this.#rest();
    }
  }

  /** Resolves when it is gone, and its memory with it. */
  async kill(): Promise<void> {
    this.#alive = false;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** What comes first: a message, its end, or the end of the time that it has. */
  #outcome(milliseconds: number): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const hear = (message: unknown): void => resolve({ kind: 'said', message });
    this.#child.once('message', hear);
    const late = setTimeout(() => resolve({ kind: 'late' }), milliseconds);
    void this.#ended.then((how) => resolve({ kind: 'ended', how }));
    return promise.finally(() => {
      clearTimeout(late);
      this.#child.off('message', hear);
    });
  }

  /** At rest it keeps nobody from ending. */
  #rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }
}

function deathBy(outcome: Outcome, excess: Excess | undefined): DecoderDeath {
  const advice = 'save the image anew, smaller or as a baseline JPEG';
  if (excess === 'memory') {
    const megabytes = MAX_DECODING_BYTES / 1024 / 1024;
    return new DecoderDeath('decoder-out-of-memory', `decoding takes more than ${megabytes} MB of memory; ${advice}`);
  }
  if (excess === 'time') {
    return new DecoderDeath('decoder-timed-out', `decoding takes longer than an image of its size should; ${advice}`);
  }
  const how = outcome.kind === 'ended' ? outcome.how : 'it answered nonsense';
  return new DecoderDeath('decoder-crashed', `the decoder died of the image (${how}); ${advice}`);
}
