import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { entriesOf, writeArchive } from '@assay/dataset';
import sharp from 'sharp';

const entryPoint = fileURLToPath(new URL('../main.ts', import.meta.url));
const [WIDTH, HEIGHT] = [64, 32];
const MARK = 24;

export interface Picture {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of a label file. */
  readonly labels: string;
}

/** Grey pictures of 64 × 32 with a bright yellow (class 0) or dark blue (class 1) square each; every fourth shows nothing. */
export async function pictures(count: number, seed: number): Promise<Picture[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const classId = (index + seed) % 2;
      const [left, top] = [(index * 17 + seed * 5) % (WIDTH - MARK), (index * 29 + seed * 11) % (HEIGHT - MARK)];
      const background = classId === 0 ? '#fe4' : '#12a';
      const mark = { create: { width: MARK, height: MARK, channels: 3 as const, background } };
      const grey = sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#777' } });
      const marked = index % 4 === 3 ? grey : grey.composite([{ input: mark, left, top }]);
      const [x, y, width, height] = [(left + MARK / 2) / WIDTH, (top + MARK / 2) / HEIGHT, MARK / WIDTH, MARK / HEIGHT];
      return {
        name: `picture-${seed}-${String(index).padStart(2, '0')}.png`,
        bytes: await marked.png().toBuffer(),
        labels: index % 4 === 3 ? '' : `${classId} ${x} ${y} ${width} ${height}\n`,
      };
    }),
  );
}

/** Writes a channel as prepare-dataset does; gives the archive's digest. */
export async function writeChannel(
  base: string,
  channel: string,
  list: readonly Picture[],
  names: readonly string[] = ['bright', 'dark'],
): Promise<string> {
  const data = { names, snapshot: { uri: 's3://training/snapshot.json', sha256: 'c'.repeat(64) } };
  const entries = [{ name: 'data.json', bytes: Buffer.from(JSON.stringify(data)) }];
  for (const { name, bytes, labels } of list) {
    entries.push({ name: `images/${name}`, bytes: Buffer.from(bytes) });
    entries.push({ name: `labels/${name.replace(/\.\w+$/, '')}.txt`, bytes: Buffer.from(labels) });
  }
  const folder = join(base, 'input', 'data', channel);
  await mkdir(folder, { recursive: true });
  return (await writeArchive(join(folder, `${channel}.tar.gz`), entriesOf(entries))).sha256;
}

export async function writeHyperparameters(base: string, values: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(base, 'input', 'config');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'hyperparameters.json'), JSON.stringify(values));
}

export interface JobEnd {
  readonly code: number;
  readonly lines: readonly string[];
  /** What `output/failure` says. */
  readonly failure?: string;
}

/**
 * Runs the job's entry point below `base` to its end.
 *
 * @param onLine sees each line of its output as it comes
 */
export async function runJob(
  base: string,
  onLine: (line: string, job: ChildProcess) => void = () => undefined,
  environment: Readonly<Record<string, string>> = {},
): Promise<JobEnd> {
  const job = spawn(process.execPath, [entryPoint], {
    // One thread: the network is small, and other tests run beside it.
    env: { ...process.env, OMP_NUM_THREADS: '1', ...environment, SAGEMAKER_BASE_DIR: base },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [job.stdout, job.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      onLine(line, job);
    });
  }
  const code = await new Promise<number | null>((resolve) => job.once('close', resolve));
  const failure = await readFile(join(base, 'output', 'failure'), 'utf8').catch(() => undefined);
  return { code: code ?? -1, lines, failure };
}
