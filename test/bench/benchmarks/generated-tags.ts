import { createDataset, type Dataset, decodeImage, labelledSample, relativeBox, type Sample } from '@assay/detector';
import { DEFECT_CLASSES, generateTags, simulatedAnnotator } from '@assay/synthetic-tags';
import type { Benchmark, Form } from '../benchmark.ts';
import { checkMeasure, measureModel, trainModel } from '../detector/measured-training.ts';
import { recipeFor } from '../detector/settings.ts';
import { rounded } from '../statistics.ts';

const BACKBONES = ['own', 'pretrained'] as const;
/** Different tags on each side. */
const TAGS = { training: 22, validation: 5, test: 30 };
const FEW_TAGS = { training: 3, validation: 1, test: 2 };
const SHOTS_PER_TAG = 5;
const DEFECT_FREE_SHARE = 0.25;
/** How far labelers are off, as a share of a box's sides. */
const BOX_NOISE = 0.03;

type Side = keyof typeof TAGS;

/** What the demo can expect: the default training on photographs that are drawn, labelled as people would, slightly off. */
export const generatedTags: Benchmark = {
  name: 'generated-tags',
  title: 'The default training on generated tags, measured on tags never seen',
  async run(form) {
    const datasets = await drawn(form);
    checkMeasure(datasets.test);
    const runs: Run[] = [];
    for (const backbone of BACKBONES) runs.push(await runWith(backbone, datasets, form));
    return {
      sections: [
        {
          title: 'AP50 on tags never seen',
          headings: ['backbone', 'AP50', 'AP', ...DEFECT_CLASSES, 's'],
          rows: runs.map(({ backbone, figures }) => [backbone, ...figures]),
        },
        {
          title: "Where the workers' time goes, %",
          headings: ['backbone', ...PARTS],
          rows: runs.map(({ backbone, shares }) => [backbone, ...shares]),
        },
      ],
      notes: [
        `${datasets.training.count} images to train on, ${datasets.test.count} to measure on, all labelled ${BOX_NOISE * 100} % off. The hyperparameters are the defaults; validation images choose the model.`,
      ],
    };
  },
};

const PARTS = ['augment', 'compute', 'update', 'wait'] as const;

interface Run {
  readonly backbone: string;
  readonly figures: readonly number[];
  /** Of the workers' time, by PARTS. */
  readonly shares: readonly number[];
}

async function runWith(backbone: string, datasets: Record<Side, Dataset>, form: Form): Promise<Run> {
  const { settings } = recipeFor({ backbone }, form);
  const { training, validation, test } = datasets;
  const { model, seconds, timings } = await trainModel({ settings, training, validation }, (line) =>
    form.say(`${backbone}: ${line}`),
  );
  const { precision } = await measureModel(model, test);
  const classes = precision.classes.map(({ ap50 }) => ap50);
  const spent = PARTS.map((part) => timings.reduce((sum, worker) => sum + worker[part], 0));
  const whole = spent.reduce((sum, milliseconds) => sum + milliseconds, 0);
  return {
    backbone,
    figures: [...[precision.ap50, precision.ap, ...classes].map((value) => rounded(value ?? 0)), Math.round(seconds)],
    shares: spent.map((milliseconds) => rounded((100 * milliseconds) / whole)),
  };
}

async function drawn(form: Form): Promise<Record<Side, Dataset>> {
  const { imageSize } = recipeFor({}, form);
  const tags = form.short ? FEW_TAGS : TAGS;
  const sides = Object.entries(tags).flatMap(([side, count]) => Array<Side>(count).fill(side as Side));
  const classes: readonly string[] = DEFECT_CLASSES;
  const labeler = simulatedAnnotator({ seed: form.seed, name: 'ada', boxNoise: BOX_NOISE, missRate: 0, falseRate: 0 });
  const samples: Record<Side, Sample[]> = { training: [], validation: [], test: [] };
  const settings = {
    seed: form.seed,
    tags: sides.length,
    shotsPerTag: SHOTS_PER_TAG,
    defectFreeShare: DEFECT_FREE_SHARE,
  };
  let position = 0;
  for await (const shot of generateTags(settings)) {
    const side = sides[Math.floor(position++ / SHOTS_PER_TAG)];
    if (!side) throw new Error(`there are more photographs than of ${sides.length} tags`);
    const { fileName, width, height, boxes } = shot;
    const labels = labeler.annotate(boxes, { name: fileName, width, height });
    const truths = labels.map((box) => relativeBox(box, shot, classes.indexOf(box.className)));
    samples[side].push(labelledSample(await decodeImage(fileName, shot.jpeg, imageSize), truths));
  }
  const dataset = (side: Side) => createDataset(classes, imageSize, samples[side]);
  return { training: dataset('training'), validation: dataset('validation'), test: dataset('test') };
}
