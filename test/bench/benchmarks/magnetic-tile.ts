import { type Dataset, DatasetReader } from '@assay/detector';
import { clopperPearson } from '@assay/vision';
import type { CocoImage } from '../../../packages/cli/src/dataset/coco.ts';
import type { Benchmark } from '../benchmark.ts';
import { checkMeasure, type MeasuredModel, measureModel, trainModel } from '../detector/measured-training.ts';
import { magneticTileRecipe, recipeFor } from '../detector/settings.ts';
import { openSharedSet } from '../detector/shared-set.ts';
import { type Sides, sidesApart } from '../detector/twins.ts';
import { rounded } from '../statistics.ts';

const CONFIDENCE = 0.95;
/** Shares of defective validation images that may pass: each gives an operating point. */
const ESCAPE_BUDGETS = [0.02, 0.05, 0.1];
const FEW = 24;

/** Magnetic tiles, most of them without a defect: how many defective ones pass, and how many good ones fail. */
export const magneticTile: Benchmark = {
  name: 'magnetic-tile',
  title: 'Escapes and overkill on magnetic tiles, at operating points chosen on validation images',
  async run(form) {
    const set = await openSharedSet('magnetic-tile', form.say);
    if (!set) return { sections: [], notes: ['Not measured: the data set is not there.'] };
    const { imageSize, settings } = recipeFor(magneticTileRecipe, form);
    const listed = (side: keyof Sides) => {
      const images = set.images(set.splits[side]);
      return form.short ? mixed(images) : images;
    };
    const sides = await sidesApart(set, { train: listed('train'), val: listed('val'), test: listed('test') });
    const load = (side: keyof Sides) => set.load(sides[side], imageSize);
    const [training, validation, test] = [await load('train'), await load('val'), await load('test')];
    checkMeasure(test);
    const { model } = await trainModel({ settings, training, validation }, form.say);
    const [onValidation, onTest] = [await measureModel(model, validation), await measureModel(model, test)];
    const points = ESCAPE_BUDGETS.map((budget) => {
      const threshold = thresholdFor(validation, onValidation, budget);
      return [`${100 * budget} %`, rounded(threshold), ...verdictRow(test, onTest, threshold)];
    });
    return {
      sections: [
        {
          title: 'Test images',
          headings: [
            'escapes allowed on validation',
            'confidence',
            'escapes',
            'escape rate, 95 %',
            'overkill',
            'overkill rate, 95 %',
          ],
          rows: points,
        },
        {
          title: 'Precision on test images',
          headings: ['class', 'boxes', 'tiles', 'tiles trained on', 'AP50'],
          rows: [
            ...onTest.precision.classes.map(({ truths, ap50 }, id) => [
              set.classes[id] ?? '',
              truths,
              tilesWith(sides.test, set.classes[id]),
              tilesWith(sides.train, set.classes[id]),
              rounded(ap50 ?? 0),
            ]),
            ['all', '', tilesWith(sides.test), tilesWith(sides.train), rounded(onTest.precision.ap50 ?? 0)],
          ],
        },
      ],
      notes: [
        sides.note,
        "An image fails when anything is found in it with at least the confidence. Intervals are Clopper and Pearson's and take the images for independent. They are not, and the intervals too narrow: tiles were photographed up to six times.",
      ],
    };
  },
};

/** How many tiles have a defect, of one class or of any. */
function tilesWith(images: readonly CocoImage[], className?: string): number {
  const having = images.filter(({ boxes }) =>
    boxes.some((box) => className === undefined || box.className === className),
  );
  return new Set(having.map(({ part, fileName }) => part ?? fileName)).size;
}

/** The short form needs images of both kinds. */
function mixed<Image extends { readonly boxes: readonly unknown[] }>(images: readonly Image[]): Image[] {
  const defective = images.filter(({ boxes }) => boxes.length > 0).slice(0, FEW / 2);
  return [...defective, ...images.filter(({ boxes }) => boxes.length === 0).slice(0, FEW / 2)];
}

/** Highest confidence of anything that is found in each image, and whether it is defective. */
function imageScores(dataset: Dataset, { found }: MeasuredModel) {
  const reader = new DatasetReader(dataset);
  return found.map((detections, index) => ({
    score: Math.max(0, ...detections.map(({ confidence }) => confidence)),
    defective: reader.truths(index).length > 0,
  }));
}

/** The highest confidence at which no larger share of the defective images passes. */
function thresholdFor(dataset: Dataset, measured: MeasuredModel, budget: number): number {
  const scores = imageScores(dataset, measured)
    .filter(({ defective }) => defective)
    .map(({ score }) => score)
    .toSorted((a, b) => a - b);
  return scores[Math.floor(budget * scores.length)] ?? 0;
}

function verdictRow(dataset: Dataset, measured: MeasuredModel, threshold: number): string[] {
  const images = imageScores(dataset, measured);
  const defective = images.filter((image) => image.defective);
  const good = images.filter((image) => !image.defective);
  const escapes = defective.filter(({ score }) => score < threshold).length;
  const overkill = good.filter(({ score }) => score >= threshold).length;
  return [...share(escapes, defective.length), ...share(overkill, good.length)];
}

function share(count: number, total: number): string[] {
  const percent = (value: number) => (100 * value).toFixed(1);
  const { low, high } = clopperPearson(count, total, CONFIDENCE);
  return [`${count} of ${total}`, `${percent(count / total)} % (${percent(low)}–${percent(high)})`];
}
