import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { findPython } from '../../../services/training/jobs/train-yolov8/python.ts';
import { type Contestant, SUPPRESSION } from './contestants.ts';
import { type Network, USUAL_FLOOR } from './networks.ts';
import type { Photograph } from './photographs.ts';

const SCRIPT = join(import.meta.dirname, 'ultralytics_predict.py');
const CLASSES = 3;

const helloSchema = z.object({ runtime: z.string(), version: z.string() });
const answerSchema = z.object({
  milliseconds: z.number(),
  processor: z.number(),
  found: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])),
});

/** YOLOv8n, and Ultralytics' own `predict` of it in a Python process that keeps to one processor. */
export interface Ultralytics {
  readonly network: Network;
  readonly contestant: Contestant;
}

/** @returns undefined, and says why, where there is no Python with Ultralytics */
export async function startUltralytics(
  folder: string,
  { seed, size, say }: { seed: number; size: number; say(line: string): void },
): Promise<Ultralytics | undefined> {
  const python = await findPython(process.env).catch((error: unknown) => {
    say(`no comparison with Ultralytics: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  });
  if (python === undefined) return undefined;

  const child = spawn(python, [SCRIPT, folder, String(size), String(CLASSES), String(seed)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
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
  const { runtime, version } = helloSchema.parse(await answer());
  const ask = async ({ path }: Photograph) => {
    child.stdin.write(`${JSON.stringify({ image: path, conf: USUAL_FLOOR, ...SUPPRESSION })}\n`);
    return answerSchema.parse(await answer());
  };
  const names = Array.from({ length: CLASSES }, (_, index) => `class-${index}`);
  return {
    network: {
      name: 'yolov8n',
      onnx: await readFile(join(folder, 'yolov8n.onnx')),
      classes: names,
      size,
      floor: USUAL_FLOOR,
    },
    contestant: {
      name: `Ultralytics ${version} predict, float, ${runtime}`,
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
    },
  };
}
