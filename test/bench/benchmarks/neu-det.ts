import { createDataset } from '@assay/detector';
import type { CocoImage } from '../../../packages/cli/src/dataset/coco.ts';
import type { Benchmark, Form, Result } from '../benchmark.ts';
import { checkMeasure, measureModel, trainModel } from '../detector/measured-training.ts';
import { neuDetRecipe, recipeFor } from '../detector/settings.ts';
import { openSharedSet, refuseSharedGroups, type SharedSet } from '../detector/shared-set.ts';
import { withoutTwins } from '../detector/twins.ts';
import { rounded } from '../statistics.ts';

const SEEDS = 3;
const MOST_SECONDS = 3600;
/** Of each list, in the short form. */
const FEW = 12;

interface Lists {
  /** Validation images among them: they have told the settings, and now are trained on as well. */
  readonly training: CocoImage[];
  readonly test: CocoImage[];
  /** What became of the published lists. */
  readonly note?: string;
}

/** NEU-DET's steel surfaces by the split that others publish on, in which some test images share pixels with training. */
export const neuDet: Benchmark = {
  name: 'neu-det',
  title: `NEU-DET, the split that is published on, ${SEEDS} seeds, an hour each at most`,
  run: (form) =>
    measured(form, async ({ splits, images }) => {
      if (!splits.by_number) throw new Error('splits.json of NEU-DET has no by_number');
      return { training: images(splits.by_number.train), test: images(splits.by_number.test) };
    }),
};

/** The same surfaces by a split that does not leak. */
export const neuDetLeakFree: Benchmark = {
  name: 'neu-det-leak-free',
  title: `NEU-DET, a split that does not leak, ${SEEDS} seeds, an hour each at most`,
  run: (form) =>
    measured(form, async (set) => {
      const { splits, images } = set;
      const test = few(form, images(splits.test));
      const listed = few(form, images([...splits.train, ...splits.val]));
      refuseSharedGroups(listed, test);
      // The published groups know neither of a shared corner nor of a sheet that was turned.
      const training = await withoutTwins(set, listed, test);
      const left = `${listed.length - training.length} of ${listed.length}`;
      return { training, test, note: `${left} training images are left out: they share pixels with test images.` };
    }),
};

async function measured(form: Form, split: (set: SharedSet) => Promise<Lists>): Promise<Result> {
  const set = await openSharedSet('neu-det', form.say);
  if (!set) return { sections: [], notes: ['Not measured: the data set is not there.'] };
  const lists = await split(set);
  if (lists.note) form.say(lists.note);
  const { sections, notes } = report(await seeds(set, lists, form), set.classes);
  return { sections, notes: [...notes, ...(lists.note ? [lists.note] : [])] };
}

const few = (form: Form, images: CocoImage[]): CocoImage[] => (form.short ? images.slice(0, FEW) : images);

async function seeds(set: SharedSet, lists: Lists, form: Form): Promise<number[][]> {
  const { imageSize } = recipeFor(neuDetRecipe, form);
  const load = (images: CocoImage[]) => set.load(few(form, images), imageSize);
  const [training, test] = [await load(lists.training), await load(lists.test)];
  const validation = createDataset(set.classes, imageSize, []);
  checkMeasure(test);
  const rows: number[][] = [];
  for (let seed = form.seed; seed < form.seed + (form.short ? 1 : SEEDS); seed++) {
    const { settings } = recipeFor(neuDetRecipe, { short: form.short, seed });
    const input = { settings, training, validation, maxSeconds: MOST_SECONDS };
    const outcome = await trainModel(input, (line) => form.say(`seed ${seed}: ${line}`));
    const { precision } = await measureModel(outcome.model, test);
    form.say(`seed ${seed}: AP50 ${precision.ap50?.toFixed(3)} on test`);
    const classes = precision.classes.map(({ ap50 }) => rounded(ap50 ?? 0));
    rows.push([
      seed,
      rounded(precision.ap50 ?? 0),
      rounded(precision.ap ?? 0),
      ...classes,
      Math.round(outcome.seconds),
    ]);
  }
  return rows;
}

function report(rows: number[][], classes: readonly string[]): Result {
  const mean = (column: number) =>
    rounded(rows.reduce((sum, row) => sum + (row[column] ?? Number.NaN), 0) / rows.length);
  return {
    sections: [
      {
        title: 'AP50 on test images',
        headings: ['seed', 'AP50', 'AP', ...classes, 's'],
        rows: [...rows, ['mean', ...(rows[0] ?? []).slice(1).map((_, column) => mean(column + 1))]],
      },
    ],
    notes: [
      'Trained on two cores. Settings were chosen on images set aside from those for training, which these runs train on, too; each keeps its last model.',
    ],
  };
}
