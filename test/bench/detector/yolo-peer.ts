import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CocoImage } from '../../../packages/cli/src/dataset/coco.ts';
import { yoloLabels } from '../../../packages/dataset/src/snapshot.ts';
import {
  runJob,
  writeChannel,
  writeHyperparameters,
} from '../../../services/training/jobs/train-yolov8/testing/job.ts';
import type { SharedSet } from './shared-set.ts';

export interface YoloRun {
  readonly python: string;
  readonly set: SharedSet;
  readonly train: readonly CocoImage[];
  readonly validation: readonly CocoImage[];
  readonly folder: string;
  readonly seconds: number;
  readonly imageSize: number;
  readonly seed: number;
  readonly threads: number;
}

/**
 * YOLOv8n from scratch by Ultralytics, by the training job that Assay has for it: its schedule is fitted to so many
 * seconds. @returns its ONNX export
 */
export async function trainYolo(run: YoloRun): Promise<Uint8Array> {
  const { python, set, folder, seconds, imageSize, seed, threads } = run;
  await writeChannel(folder, 'train', await picturesOf(run.train, set), set.classes);
  await writeChannel(folder, 'validation', await picturesOf(run.validation, set), set.classes);
  const hyperparameters = { maxSeconds: String(seconds), imageSize: String(imageSize), seed: String(seed) };
  await writeHyperparameters(folder, hyperparameters);
  const environment = { ASSAY_PYTHON: python, OMP_NUM_THREADS: String(threads) };
  const { code, failure, lines } = await runJob(folder, undefined, environment);
  if (code !== 0) throw new Error(`YOLOv8 could not be trained: ${failure ?? lines.slice(-20).join('\n')}`);
  return readFile(join(folder, 'model', 'model.onnx'));
}

/** Images with their labels as the job reads them. */
function picturesOf(images: readonly CocoImage[], set: SharedSet) {
  return Promise.all(
    images.map(async ({ fileName, width, height, boxes }) => {
      const ofClasses = boxes.map((box) => ({ ...box, classId: set.classes.indexOf(box.className) }));
      const labels = yoloLabels({ width, height, boxes: ofClasses });
      return { name: basename(fileName), bytes: await readFile(set.pathOf(fileName)), labels };
    }),
  );
}
