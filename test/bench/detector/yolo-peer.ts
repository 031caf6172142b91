import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CocoImage } from '../../../packages/cli/src/dataset/coco.ts';
import type { SharedSet } from './shared-set.ts';

const script = fileURLToPath(new URL('./yolo_peer.py', import.meta.url));

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

/** YOLOv8n from scratch by Ultralytics, for so many seconds. @returns its ONNX export */
export async function trainYolo(run: YoloRun): Promise<Uint8Array> {
  const { python, set, folder, seconds, imageSize, seed, threads } = run;
  await writeSide(folder, 'train', run.train, set);
  await writeSide(folder, 'val', run.validation, set);
  const data = join(folder, 'data.yaml');
  const names = set.classes.map((name, id) => `  ${id}: ${JSON.stringify(name)}`);
  await writeFile(data, `path: ${folder}\ntrain: images/train\nval: images/val\nnames:\n${names.join('\n')}\n`);
  const parameters = [script, data, folder, seconds, imageSize, seed, threads].map(String);
  const child = spawn(python, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-10_000);
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`Ultralytics ended with ${code}:\n${output}`);
  return readFile(join(folder, 'run', 'weights', 'best.onnx'));
}

/** Images and labels as YOLO finds them: two folders with files of the same names. */
async function writeSide(folder: string, side: string, images: readonly CocoImage[], set: SharedSet): Promise<void> {
  const [pictures, labels] = [join(folder, 'images', side), join(folder, 'labels', side)];
  await mkdir(pictures, { recursive: true });
  await mkdir(labels, { recursive: true });
  for (const { fileName, width, height, boxes } of images) {
    await symlink(set.pathOf(fileName), join(pictures, basename(fileName)));
    const lines = boxes.map((box) =>
      [
        set.classes.indexOf(box.className),
        (box.left + box.width / 2) / width,
        (box.top + box.height / 2) / height,
        box.width / width,
        box.height / height,
      ].join(' '),
    );
    await writeFile(join(labels, `${parse(fileName).name}.txt`), lines.join('\n'));
  }
}
