import type { Benchmark, Form } from '../benchmark.ts';
import { checkMeasure, measureModel, trainModel } from '../detector/measured-training.ts';
import { backboneRecipes, recipeFor } from '../detector/settings.ts';
import { openSharedSet } from '../detector/shared-set.ts';
import { type Sides, sidesApart } from '../detector/twins.ts';
import { rounded } from '../statistics.ts';

const SEEDS = 3;
const FEW = 12;
const BACKBONES = ['own', 'pretrained'] as const;
type Backbone = (typeof BACKBONES)[number];

interface Run {
  readonly set: string;
  readonly backbone: Backbone;
  readonly seed: number;
  readonly validation: number;
  readonly test: number;
  readonly seconds: number;
}

interface Measured {
  readonly name: string;
  readonly note: string;
  readonly runs: readonly Run[];
}

/** Whether a network that has seen much else is the better beginning: the same steps with and without it. */
export const backbones: Benchmark = {
  name: 'backbones',
  title: `A pretrained backbone against training from scratch, ${SEEDS} seeds on three data sets`,
  async run(form) {
    const measured: Measured[] = [];
    for (const name of Object.keys(backboneRecipes)) measured.push(...(await runsOn(name, form)));
    const runs = measured.flatMap((set) => set.runs);
    if (runs.length === 0) return { sections: [], notes: ['Not measured: the data sets are not there.'] };
    return {
      sections: [
        { title: `Mean over the seeds`, headings: ['set', 'backbone', ...FIGURES], rows: means(runs) },
        {
          title: 'Each run',
          headings: ['set', 'backbone', 'seed', ...FIGURES],
          rows: runs.map((run) => [run.set, run.backbone, run.seed, ...figuresOf([run])]),
        },
      ],
      notes: [
        'Small networks, the steps that a first training takes. Validation images choose the model of each run, and chose the default; test images were only measured.',
        ...measured.map(({ name, note }) => `${name}: ${note}`),
      ],
    };
  },
};

const FIGURES = ['AP50 on validation', 'AP50 on test', 's'];

async function runsOn(name: string, form: Form): Promise<Measured[]> {
  const set = await openSharedSet(name, form.say);
  const recipe = backboneRecipes[name];
  if (!set || !recipe) return [];
  const listed = (side: keyof Sides) => {
    const images = set.images(set.splits[side]);
    return form.short ? images.slice(0, FEW) : images;
  };
  const sides = await sidesApart(set, { train: listed('train'), val: listed('val'), test: listed('test') });
  const { imageSize } = recipeFor(recipe, form);
  const load = (side: keyof Sides) => set.load(sides[side], imageSize);
  const [training, validation, test] = [await load('train'), await load('val'), await load('test')];
  checkMeasure(test);
  const runs: Run[] = [];
  for (let seed = form.seed; seed < form.seed + (form.short ? 1 : SEEDS); seed++) {
    for (const backbone of BACKBONES) {
      const { settings } = recipeFor({ ...recipe, backbone }, { short: form.short, seed });
      const say = (line: string) => form.say(`${name}, ${backbone}, seed ${seed}: ${line}`);
      const { model, precision, seconds } = await trainModel({ settings, training, validation }, say);
      const measured = await measureModel(model, test);
      runs.push({
        set: name,
        backbone,
        seed,
        validation: precision?.ap50 ?? 0,
        test: measured.precision.ap50 ?? 0,
        seconds,
      });
    }
  }
  return [{ name, note: sides.note, runs }];
}

function means(runs: readonly Run[]): (string | number)[][] {
  return [...new Set(runs.map(({ set }) => set))].flatMap((set) =>
    BACKBONES.map((backbone) => [
      set,
      backbone,
      ...figuresOf(runs.filter((run) => run.set === set && run.backbone === backbone)),
    ]),
  );
}

function figuresOf(runs: readonly Run[]): number[] {
  const mean = (of: (run: Run) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  return [
    rounded(mean((run) => run.validation)),
    rounded(mean((run) => run.test)),
    Math.round(mean((run) => run.seconds)),
  ];
}
