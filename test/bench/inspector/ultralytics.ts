import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Size } from '@assay/vision';
import { z } from 'zod';
import { findPython } from '../../../services/training/jobs/train-yolov8/python.ts';
import type { Contestant } from './contestants.ts';
import { type Network, SUPPRESSION, USUAL_FLOOR } from './networks.ts';
import type { Photograph } from './photographs.ts';

const SCRIPT = join(import.meta.dirname, 'ultralytics_predict.py');
const CLASSES = 3;

const helloSchema = z.object({ release: z.string().nullable() });
const answerSchema = z.object({
  milliseconds: z.number(),
  processor: z.number(),
  found: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])),
});

/** What Ultralytics computes with: the same ONNX file as the inspector, or what its `predict` takes by itself. */
export type Runtime = 'onnxruntime' | 'pytorch';

/** YOLOv8n, and Ultralytics' own `predict` of it in a Python process for each runtime, which keeps to one processor. */
export interface Ultralytics {
  readonly network: Network;
  readonly contestants: ReadonlyMap<Runtime, Contestant>;
}

interface Ask {
  readonly seed: number;
  readonly input: Size;
  say(line: string): void;
}

/** @returns undefined, and says why, where there is no Python with Ultralytics */
export async function startUltralytics(folder: string, { seed, input, say }: Ask): Promise<Ultralytics | undefined> {
  const python = await findPython(process.env).catch((error: unknown) => {
    say(`no comparison with Ultralytics: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  });
  if (python === undefined) return undefined;
  const { width, height } = input;
  const contestants = new Map<Runtime, Contestant>();
  for (const runtime of ['onnxruntime', 'pytorch'] as const) {
    // One after the other: both write the model.
    const contestant = await startPredict(python, [folder, ...[width, height, CLASSES, seed].map(String), runtime]);
    if (contestant) contestants.set(runtime, contestant);
    else say(`no comparison with Ultralytics on ${runtime}: ${python} has none`);
  }
  const names = Array.from({ length: CLASSES }, (_, index) => `class-${index}`);
  const onnx = await readFile(join(folder, 'yolov8n.onnx'));
  return { network: { name: 'yolov8n', onnx, classes: names, input, floor: USUAL_FLOOR, votes: 1 }, contestants };
}

async function startPredict(python: string, words: readonly string[]): Promise<Contestant | undefined> {
  const child = spawn(python, [SCRIPT, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
  process.once('exit', () => child.kill('SIGKILL'));
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk).slice(-4000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`Ultralytics' process ended: ${log}`);
    return JSON.parse(value);
  };
  const { release } = helloSchema.parse(await answer());
  if (release === null) return undefined;
  const ask = async ({ path }: Photograph) => {
    child.stdin.write(`${JSON.stringify({ image: path, conf: USUAL_FLOOR, ...SUPPRESSION })}\n`);
    return answerSchema.parse(await answer());
  };
  return {
    name: release,
    run: ask,
    async find(photograph) {
      const { found } = await ask(photograph);
      return found.map(([left, top, right, bottom, classId, confidence]) => ({
        ...{ left, top, width: right - left, height: bottom - top },
        ...{ classId, confidence },
      }));
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await ended;
    },
  };
}
