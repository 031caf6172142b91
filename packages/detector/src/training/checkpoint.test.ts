import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';

const numbers = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const checkpoint: Checkpoint = {
  fingerprint: 'f',
  step: 12,
  seconds: 3.5,
  stale: 2,
  unmeasured: true,
  buffers: {
    parameters: numbers(1, 2),
    average: numbers(3, 4),
    momentum: numbers(5, 6),
    variance: numbers(7, 8),
    runningStatistics: numbers(9),
    averageStatistics: numbers(10),
  },
  best: { step: 10, ap50: 0.5, parameters: numbers(0.1, 0.2), statistics: numbers(0.3) },
};

describe('checkpoint file', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
    path = join(folder, 'made', 'checkpoint.bin');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives back what was written, and nothing when nothing was', async () => {
    expect(await readCheckpoint(path)).toBeUndefined();
    await writeCheckpoint(path, checkpoint);
    expect(await readCheckpoint(path)).toEqual(checkpoint);
    await writeCheckpoint(path, { ...checkpoint, best: undefined });
    expect((await readCheckpoint(path))?.best).toBeUndefined();
  });

  it('is replaced whole, and a half-written successor is never read', async () => {
    await writeCheckpoint(path, checkpoint);
    await writeFile(`${path}.new`, 'half a checkp');
    expect((await readCheckpoint(path))?.step).toBe(12);
    await writeCheckpoint(path, { ...checkpoint, step: 24 });
    expect((await readCheckpoint(path))?.step).toBe(24);
    expect(await readdir(join(folder, 'made'))).toEqual(['checkpoint.bin']);
  });

  it('is refused when a byte of it changed or is missing', async () => {
    await writeCheckpoint(path, checkpoint);
    const bytes = await readFile(path);
    for (const damaged of [bytes.subarray(0, -1), bytes.subarray(0, 30), Buffer.from('hello')]) {
      await writeFile(path, damaged);
      await expect(readCheckpoint(path)).rejects.toThrow(/delete it to train from the start/);
    }
    for (let position = 0; position < bytes.length; position++) {
      const flipped = Buffer.from(bytes);
      flipped[position] = (flipped[position] ?? 0) ^ 1;
      await writeFile(path, flipped);
      await expect(readCheckpoint(path), `byte ${position}`).rejects.toThrow(/delete it to train from the start/);
    }
  });

  it('of another format is refused as another version’s', async () => {
    await writeCheckpoint(path, checkpoint);
    const [, ...rest] = (await readFile(path)).toString('latin1').split('\n');
    await writeFile(path, Buffer.from(['ASSAY-CHECKPOINT-3', ...rest].join('\n'), 'latin1'));
    await expect(readCheckpoint(path)).rejects.toThrow(/\(another version of the trainer wrote it\): delete it/);
  });
});
