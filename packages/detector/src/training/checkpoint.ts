import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { durableBuffers } from './shared-state.ts';

type DurableBuffer = (typeof durableBuffers)[number];

/** All that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** Of settings, data and trainer: a checkpoint only continues the run that it came from. */
  readonly fingerprint: string;
  /** Steps taken. */
  readonly step: number;
  /** Seconds spent on training so far. */
  readonly seconds: number;
  /** Measurements since the precision last rose. */
  readonly stale: number;
  /** Whether this step's weights are still to be measured: the run was stopped at it. */
  readonly unmeasured: boolean;
  readonly buffers: Readonly<Record<DurableBuffer, Uint8Array>>;
  /** The best model so far. */
  readonly best?: {
    readonly step: number;
    readonly ap50: number;
    readonly parameters: Uint8Array;
    readonly statistics: Uint8Array;
  };
}

/** What a checkpoint of any format begins with; the number of the format follows. */
const BEGINNING = 'ASSAY-CHECKPOINT-';
const MAGIC = `${BEGINNING}4\n`;
/** sha256 of all that follows it. */
const DIGEST_BYTES = 32;
const LENGTH_BYTES = 4;

const headerSchema = z.object({
  fingerprint: z.string(),
  step: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
  stale: z.int().nonnegative(),
  unmeasured: z.boolean(),
  best: z.object({ step: z.int(), ap50: z.number() }).optional(),
  sections: z.array(z.object({ name: z.string(), bytes: z.int().nonnegative() })),
});

/** Replaces the file in one step: a crash leaves the old checkpoint or the new one, never a part. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { fingerprint, step, seconds, stale, unmeasured, buffers, best } = checkpoint;
  const sections: [string, Uint8Array][] = durableBuffers.map((name) => [name, buffers[name]]);
  if (best) sections.push(['best.parameters', best.parameters], ['best.statistics', best.statistics]);
  const header: z.input<typeof headerSchema> = {
    fingerprint,
    step,
    seconds,
    stale,
    unmeasured,
    best: best && { step: best.step, ap50: best.ap50 },
    sections: sections.map(([name, bytes]) => ({ name, bytes: bytes.length })),
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(json.length);
  const content = [length, json, ...sections.map(([, bytes]) => bytes)];
  const hash = createHash('sha256');
  for (const part of content) hash.update(part);
  await replaceFile(path, [Buffer.from(MAGIC), hash.digest(), ...content]);
}

/**
 * @returns undefined when there is no checkpoint
 * @throws Error when the file is damaged
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  const bytes = await readIfThere(path);
  if (!bytes) return undefined;
  try {
    return parseCheckpoint(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the checkpoint ${path} can't be read (${reason}): delete it to train from the start`, { cause });
  }
}

function parseCheckpoint(bytes: Buffer): Checkpoint {
  if (!beginsWith(bytes, MAGIC)) {
    throw new Error(
      beginsWith(bytes, BEGINNING)
        ? 'another version of the trainer wrote it'
        : 'it does not begin as a checkpoint does',
    );
  }
  const content = bytes.subarray(MAGIC.length + DIGEST_BYTES);
  const digest = createHash('sha256').update(content).digest();
  if (!digest.equals(bytes.subarray(MAGIC.length, MAGIC.length + DIGEST_BYTES))) throw new Error('its digest differs');
  const headerEnd = LENGTH_BYTES + content.readUInt32LE();
  const header = headerSchema.parse(JSON.parse(content.toString('utf8', LENGTH_BYTES, headerEnd)));
  const body = content.subarray(headerEnd);
  const sections = new Map<string, Uint8Array>();
  let position = 0;
  for (const { name, bytes: size } of header.sections) {
    // A copy: sections may begin at addresses that numbers can't.
    sections.set(name, Uint8Array.from(body.subarray(position, position + size)));
    position += size;
  }
  const section = (name: string): Uint8Array => {
    const found = sections.get(name);
    if (!found) throw new Error(`it has no section ${name}`);
    return found;
  };
  const { fingerprint, step, seconds, stale, unmeasured, best } = header;
  return {
    fingerprint,
    step,
    seconds,
    stale,
    unmeasured,
    buffers: {
      parameters: section('parameters'),
      average: section('average'),
      momentum: section('momentum'),
      variance: section('variance'),
      runningStatistics: section('runningStatistics'),
      averageStatistics: section('averageStatistics'),
    },
    best: best && { ...best, parameters: section('best.parameters'), statistics: section('best.statistics') },
  };
}

function beginsWith(bytes: Buffer, text: string): boolean {
  return bytes.toString('latin1', 0, text.length) === text;
}

async function replaceFile(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w');
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
