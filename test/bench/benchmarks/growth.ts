import type { Benchmark, Result } from '../benchmark.ts';
import { startStage } from '../chain/stage.ts';
import { growthFigure } from '../growth/figure.ts';
import { fill } from '../growth/fill.ts';
import { type Cost, measureRound, STEPS, type Step } from '../growth/round.ts';
import { benchImages } from '../images.ts';
import { median, rounded } from '../statistics.ts';

const BATCH = 20;
const ROUNDS = 3;

/** What each step of the chain costs for a further batch of images, the more images are stored. */
export const growth: Benchmark = {
  name: 'growth',
  title: `What a further batch of ${BATCH} images costs at each step, the more images are stored`,
  async run(form) {
    const most = form.images ?? (form.short ? 200 : 20_000);
    const sizes = [0.05, 0.25, 0.5, 1].map((share) => Math.round(most * share));
    const rounds = form.short ? 1 : ROUNDS;
    // One more for the first round, which starts the functions.
    const images = await benchImages(BATCH * (rounds * sizes.length + 1), form.seed);
    const batches = Array.from({ length: images.length / BATCH }, (_, at) =>
      images.slice(at * BATCH, (at + 1) * BATCH),
    );
    const stage = await startStage(form, { runOf: BATCH });
    try {
      await measureRound(stage, batches.shift() ?? []);
      const costs: Record<Step, Cost>[] = [];
      let filled = 0;
      for (const size of sizes) {
        form.say(`filling up to ${size} images`);
        await fill(stage.context, filled, size);
        filled = size;
        const measured: Record<Step, Cost>[] = [];
        for (const batch of batches.splice(0, rounds)) measured.push(await measureRound(stage, batch));
        costs.push(medians(measured));
        form.say(JSON.stringify(costs.at(-1)));
      }
      return report(sizes, costs);
    } finally {
      await stage.close();
    }
  },
};

function medians(rounds: Record<Step, Cost>[]): Record<Step, Cost> {
  const of = (step: Step, what: keyof Cost) => median(rounds.map((round) => round[step][what]));
  return Object.fromEntries(
    STEPS.map((step) => [step, { elapsed: of(step, 'elapsed'), cpu: of(step, 'cpu') }]),
  ) as Record<Step, Cost>;
}

function report(sizes: number[], costs: Record<Step, Cost>[]): Result {
  const table = (what: keyof Cost) =>
    STEPS.map((step) => {
      const values = costs.map((cost) => cost[step][what]);
      return [step, ...values.map(Math.round), rounded((values.at(-1) ?? 0) / (values[0] ?? 1))];
    });
  const headings = ['step', ...sizes.map((size) => `${size} images`), 'last : first'];
  return {
    sections: [
      { title: `Processor milliseconds of the embedded AWS for ${BATCH} more images`, headings, rows: table('cpu') },
      { title: `Milliseconds by the clock for ${BATCH} more images`, headings, rows: table('elapsed') },
    ],
    notes: [],
    figures: {
      'growth.svg': growthFigure(
        sizes,
        STEPS.map((step) => ({ name: step, values: costs.map((cost) => cost[step].cpu) })),
      ),
    },
  };
}
