import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CocoImage } from '../../../packages/cli/src/dataset/coco.ts';
import { pythonWith } from '../../../services/training/jobs/train-yolov8/python.ts';
import type { Benchmark, Form } from '../benchmark.ts';
import { checkMeasure, measureModel, trainModel } from '../detector/measured-training.ts';
import { metalTagsRecipe, recipeFor } from '../detector/settings.ts';
import { openSharedSet, refuseSharedGroups, type SharedSet } from '../detector/shared-set.ts';
import { trainYolo } from '../detector/yolo-peer.ts';
import { rounded } from '../statistics.ts';

const FOLDS = 4;
const FEW = 12;
/** For either of the two. */
const THREADS = 2;

/** Photographs of scratched metal tags: no tag is on two sides of a fold. */
export const metalTags: Benchmark = {
  name: 'metal-tags',
  title: `Scratches on metal tags, ${FOLDS} folds by tag, against YOLOv8n from scratch in the same time`,
  async run(form) {
    const set = await openSharedSet('metal-tags', form.say);
    if (!set) return { sections: [], notes: ['Not measured: the data set is not there.'] };
    const python = await pythonWith(['torch', 'ultralytics', 'onnx'], process.env);
    if (python === undefined) form.say('no comparison with YOLOv8n: no Python has it (ASSAY_PYTHON names one)');
    const folds: Fold[] = [];
    for (let fold = 0; fold < (form.short ? 1 : FOLDS); fold++) folds.push(await measureFold(set, fold, python, form));
    const mean = (figure: 'ours' | 'yolo') => {
      const values = folds.map((fold) => fold[figure]);
      return values.includes(undefined)
        ? '–'
        : rounded(values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / folds.length);
    };
    return {
      sections: [
        {
          title: 'AP50 on the fold that was kept back',
          headings: ['fold', 'images', 'Assay', 'YOLOv8n', 's each'],
          rows: [
            ...folds.map(({ images, ours, yolo, seconds }, fold) => [
              fold,
              images,
              rounded(ours),
              yolo === undefined ? '–' : rounded(yolo),
              seconds,
            ]),
            ['mean', '', mean('ours'), mean('yolo'), ''],
          ],
        },
      ],
      notes: [
        'Each fold: two folds to train on, one to choose the model on, one to measure. Both exports are measured by the same code on the same pixels. Two photographs of one tag agree with each other with F1 0.86 at IoU 0.5: nobody should expect more.',
      ],
    };
  },
};

interface Fold {
  readonly images: number;
  readonly ours: number;
  readonly yolo: number | undefined;
  readonly seconds: number;
}

async function measureFold(set: SharedSet, fold: number, python: string | undefined, form: Form): Promise<Fold> {
  const { test, validation, train } = sidesOf(set, fold);
  const { imageSize, settings } = recipeFor(metalTagsRecipe, form);
  const load = (images: readonly CocoImage[]) => set.load(form.short ? images.slice(0, FEW) : images, imageSize);
  const kept = await load(test);
  checkMeasure(kept);
  const input = { settings, training: await load(train), validation: await load(validation) };
  const { model, seconds } = await trainModel(input, (line) => form.say(`fold ${fold}: ${line}`));
  const { precision } = await measureModel(model, kept);
  const theirSides = form.short
    ? { train: train.slice(0, FEW), validation: validation.slice(0, FEW) }
    : { train, validation };
  const peer = { set, ...theirSides, seconds, imageSize, seed: form.seed, threads: THREADS };
  const yolo = python === undefined ? undefined : await inFolder((folder) => trainYolo({ ...peer, python, folder }));
  const theirs = yolo && (await measureModel(yolo, kept)).precision.ap50;
  form.say(`fold ${fold}: AP50 ${precision.ap50?.toFixed(3)}, YOLOv8n ${theirs?.toFixed(3) ?? '–'}`);
  return { images: kept.count, ours: precision.ap50 ?? 0, yolo: theirs, seconds: Math.round(seconds) };
}

function sidesOf({ splits, images }: SharedSet, fold: number) {
  const side = (number: number) => images(splits.folds?.[String(number % FOLDS)] ?? []);
  const train = [...side(fold + 2), ...side(fold + 3)];
  const [test, validation] = [side(fold), side(fold + 1)];
  refuseSharedGroups(train, [...test, ...validation]);
  refuseSharedGroups(validation, test);
  return { test, validation, train };
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
