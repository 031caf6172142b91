import { splitByGroup } from '../../../packages/cli/src/training/split.ts';
import type { Benchmark, Form, Result } from '../benchmark.ts';
import { checkMeasure, measureModel, trainModel } from '../detector/measured-training.ts';
import { neuDetRecipe, recipeFor } from '../detector/settings.ts';
import { openSharedSet, refuseSharedGroups, type SharedSet } from '../detector/shared-set.ts';
import { rounded } from '../statistics.ts';

const SEEDS = 3;
const MOST_SECONDS = 3600;
/** Of each list, in the short form. */
const FEW = 12;

/** NEU-DET's steel surfaces: the split that others publish on, and beside it one that does not leak. */
export const neuDet: Benchmark = {
  name: 'neu-det',
  title: `NEU-DET, ${SEEDS} seeds, an hour each at most`,
  async run(form) {
    const set = await openSharedSet('neu-det', form.say);
    if (!set) return { sections: [], notes: ['Not measured: the data set is not there.'] };
    const rows: (string | number)[][] = [];
    for (const [name, lists] of Object.entries(splitsOf(set, form.seed)))
      rows.push(...(await seeds(set, name, lists, form)));
    return report(rows);
  },
};

type Lists = ReturnType<typeof splitsOf>[string];

/** Validation images choose the model of each run; those of `by_number` are set aside from its training images. */
function splitsOf({ splits, images }: SharedSet, seed: number) {
  if (!splits.by_number) throw new Error('splits.json of NEU-DET has no by_number');
  const published = splitByGroup(images(splits.by_number.train), seed);
  const leakFree = { train: images(splits.train), validation: images(splits.val), test: images(splits.test) };
  refuseSharedGroups([...leakFree.train, ...leakFree.validation], leakFree.test);
  return Object.fromEntries([
    ['by_number (leaks)', { ...published, test: images(splits.by_number.test) }],
    ['leak-free', leakFree],
  ]);
}

async function seeds(set: SharedSet, name: string, lists: Lists, form: Form): Promise<(string | number)[][]> {
  const { imageSize } = recipeFor(neuDetRecipe, form);
  const load = (side: 'train' | 'validation' | 'test') =>
    set.load(form.short ? lists[side].slice(0, FEW) : lists[side], imageSize);
  const [training, validation, test] = [await load('train'), await load('validation'), await load('test')];
  refuseSharedGroups(lists.train, lists.validation);
  checkMeasure(test);
  const rows: (string | number)[][] = [];
  for (let seed = form.seed; seed < form.seed + (form.short ? 1 : SEEDS); seed++) {
    const { settings } = recipeFor(neuDetRecipe, { short: form.short, seed });
    const input = { settings, training, validation, maxSeconds: MOST_SECONDS };
    const outcome = await trainModel(input, (line) => form.say(`${name}, seed ${seed}: ${line}`));
    const { precision } = await measureModel(outcome.model, test);
    const classes = precision.classes.map(({ ap50 }) => rounded(ap50 ?? 0));
    rows.push([
      name,
      seed,
      rounded(precision.ap50 ?? 0),
      rounded(precision.ap ?? 0),
      ...classes,
      Math.round(outcome.seconds),
    ]);
  }
  return rows;
}

function report(rows: (string | number)[][]): Result {
  const names = [...new Set(rows.map(([name]) => name))];
  const mean = (name: string | number | undefined, column: number) => {
    const values = rows.filter((row) => row[0] === name).map((row) => Number(row[column]));
    return rounded(values.reduce((sum, value) => sum + value, 0) / values.length);
  };
  return {
    sections: [
      {
        title: 'Mean over the seeds, on test images',
        headings: ['split', 'AP50', 'AP'],
        rows: names.map((name) => [name ?? '', mean(name, 2), mean(name, 3)]),
      },
      {
        title: 'Each run',
        headings: [
          'split',
          'seed',
          'AP50',
          'AP',
          'crazing',
          'inclusion',
          'patches',
          'pitted',
          'rolled-in',
          'scratches',
          's',
        ],
        rows,
      },
    ],
    notes: [
      'Trained on two cores. Settings were chosen on validation images of the leak-free split; each run keeps the model that is best on its validation images. In by_number, 30 of 360 test images share pixels with a training image.',
    ],
  };
}
