import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DEFECT_CLASSES } from '@assay/synthetic-tags';
import type { Size } from '@assay/vision';
import { z } from 'zod';
import { yoloLabels } from '../../../packages/dataset/src/snapshot.ts';
import { findPython } from '../../../services/training/jobs/train-yolov8/python.ts';
import type { Contestant } from './contestants.ts';
import { type Network, SUPPRESSION, USUAL_FLOOR } from './networks.ts';
import type { Photograph } from './photographs.ts';

const SCRIPT = join(import.meta.dirname, 'ultralytics_predict.py');
/** Some minutes on two cores. */
const EPOCHS = 40;

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
  /** What YOLOv8n has seen before it is measured. */
  readonly training: readonly Photograph[];
  say(line: string): void;
}

/** @returns undefined, and says why, where there is no Python with Ultralytics */
export async function startUltralytics(
  folder: string,
  { seed, input, training, say }: Ask,
): Promise<Ultralytics | undefined> {
  const python = await findPython(process.env).catch((error: unknown) => {
    say(`no comparison with Ultralytics: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  });
  if (python === undefined) return undefined;
  const { width, height } = input;
  await writeTrainingData(folder, training);
  say(`training YOLOv8n for ${EPOCHS} epochs`);
  const contestants = new Map<Runtime, Contestant>();
  for (const runtime of ['onnxruntime', 'pytorch'] as const) {
    // One after the other: the first one trains, and both write the export.
    const contestant = await startPredict(python, [folder, ...[width, height, EPOCHS, seed].map(String), runtime]);
    if (contestant) contestants.set(runtime, contestant);
    else say(`no comparison with Ultralytics on ${runtime}: ${python} has none`);
  }
  const onnx = await readFile(join(folder, 'yolov8n.onnx'));
  return {
    network: { name: 'yolov8n', onnx, classes: DEFECT_CLASSES, input, floor: USUAL_FLOOR, votes: 1 },
    contestants,
  };
}

/** Photographs as Ultralytics reads them: labels beside the folder of images, and a list of those to train on. */
async function writeTrainingData(folder: string, training: readonly Photograph[]): Promise<void> {
  const classes: readonly string[] = DEFECT_CLASSES;
  await mkdir(join(folder, 'labels'));
  for (const { path, width, height, boxes } of training) {
    const ofClasses = boxes.map((box) => ({ ...box, classId: classes.indexOf(box.className) }));
    const labels = join(folder, 'labels', basename(path).replace(/\.\w+$/, '.txt'));
    await writeFile(labels, yoloLabels({ width, height, boxes: ofClasses }));
  }
  await writeFile(join(folder, 'training.txt'), training.map(({ path }) => path).join('\n'));
  const data = { path: folder, train: 'training.txt', val: 'training.txt', names: { ...classes } };
  // JSON is YAML.
  await writeFile(join(folder, 'data.yaml'), JSON.stringify(data));
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
