// Trains on generated tags and measures on tags never seen: what the demo can expect, and how long it takes.
// Usage: node bench/generated-tags.ts [--tags 32] [--testTags 0] [--shots 5] [--size 192] [--steps 1000] [--batch 8] [--seed 1] …
import { parseArgs } from 'node:util';
import { DEFECT_CLASSES, generateTags, simulatedAnnotator } from '@assay/synthetic-tags';
import {
  createDataset,
  DatasetReader,
  defaultTrainingSettings,
  detectOn,
  imageSample,
  measure,
  relativeBox,
  type Sample,
  train,
} from '../src/index.ts';

const { values } = parseArgs({
  options: {
    tags: { type: 'string', default: '32' },
    /** More tags to test on than the split leaves: a steadier figure. */
    testTags: { type: 'string', default: '0' },
    shots: { type: 'string', default: '5' },
    size: { type: 'string', default: '192' },
    steps: { type: 'string', default: String(defaultTrainingSettings.steps) },
    batch: { type: 'string', default: '8' },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    dataSeed: { type: 'string', default: '1' },
    noise: { type: 'string', default: '0' },
    augment: { type: 'string', default: '{}' },
    optimizer: { type: 'string', default: '{}' },
    shape: { type: 'string', default: '{}' },
    loss: { type: 'string', default: '{}' },
  },
});
const number = (name: keyof typeof values) => Number(values[name]);

const started = performance.now();
const annotator = simulatedAnnotator({ seed: 1, name: 'ada', boxNoise: number('noise'), missRate: 0, falseRate: 0 });
const tags = number('tags');
const parts = { train: Math.round(tags * 0.7), validation: Math.round(tags * 0.15) };
const names: readonly string[] = DEFECT_CLASSES;
const splits: Record<'train' | 'validation' | 'test', Sample[]> = { train: [], validation: [], test: [] };
for await (const shot of generateTags({
  seed: number('dataSeed'),
  tags: tags + number('testTags'),
  shotsPerTag: number('shots'),
  defectFreeShare: 0.25,
})) {
  const { width, height } = shot;
  const boxes = annotator
    .annotate(shot.boxes, { name: shot.fileName, width, height })
    .map((box) => relativeBox(box, shot, names.indexOf(box.className)));
  const tag = Number(shot.part.slice(4)) - 1;
  const split = tag < parts.train ? 'train' : tag < parts.train + parts.validation ? 'validation' : 'test';
  splits[split].push(await imageSample(shot.fileName, shot.jpeg, boxes, number('size')));
}
const dataset = (split: keyof typeof splits) => createDataset(names, number('size'), splits[split]);
console.log(
  `images: ${splits.train.length} / ${splits.validation.length} / ${splits.test.length} in ${seconds(started)} s`,
);

const steps = number('steps');
const trainingStarted = performance.now();
const outcome = await train({
  settings: {
    ...defaultTrainingSettings,
    seed: number('seed'),
    steps,
    workers: number('workers'),
    batchPerWorker: number('batch') / number('workers'),
    validateEvery: Math.ceil(steps / 6),
    augmentation: { ...defaultTrainingSettings.augmentation, ...JSON.parse(values.augment) },
    lossWeights: { ...defaultTrainingSettings.lossWeights, ...JSON.parse(values.loss) },
    shape: { ...defaultTrainingSettings.shape, ...JSON.parse(values.shape) },
    optimizer: { ...defaultTrainingSettings.optimizer, ...JSON.parse(values.optimizer) },
  },
  training: dataset('train'),
  validation: dataset('validation'),
  onStep: ({ step, classLoss, boxLoss, imagesPerSecond }) => {
    if (step % 200 === 0)
      console.log(
        `step ${step} class ${classLoss.toFixed(3)} box ${boxLoss.toFixed(3)} ${imagesPerSecond.toFixed(0)} img/s`,
      );
  },
  onMeasured: ({ step, precision }) =>
    console.log(`validation at ${step}: AP50 ${format(precision.ap50)} AP ${format(precision.ap)}`),
});
console.log(`model of step ${outcome.modelStep}; trained in ${seconds(trainingStarted)} s`);
for (const split of ['train', 'test'] as const) {
  const reader = new DatasetReader(dataset(split));
  const found = await detectOn(reader, { model: outcome.model, from: 0, to: reader.count });
  const precision = measure(reader, found, names.length);
  const classes = precision.classes.map(({ ap50, truths }) => `${format(ap50)} of ${truths}`).join(', ');
  console.log(`${split}: AP50 ${format(precision.ap50)} (${classes}), AP ${format(precision.ap)}`);
}
for (const [worker, spent] of outcome.timings.entries()) {
  console.log(
    `worker ${worker}: ${Object.entries(spent)
      .map(([part, ms]) => `${part} ${(ms / 1000).toFixed(1)} s`)
      .join(', ')}`,
  );
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}

function format(value: number | undefined): string {
  return value === undefined ? 'none' : value.toFixed(3);
}
