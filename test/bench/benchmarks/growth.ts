import type { Benchmark, Result } from '../benchmark.ts';
import { startStage } from '../chain/stage.ts';
import { growthFigure } from '../growth/figure.ts';
import { fill } from '../growth/fill.ts';
import { CHAIN_STEPS, type Cost, measureRound, READINGS, STEPS, type Step } from '../growth/round.ts';
import { benchImages } from '../images.ts';
import { median, rounded } from '../statistics.ts';

const BATCH = 20;
const SHORT = { most: 100, shares: [0.2, 1], rounds: 1, warmUps: 0 };
/** Warmed up for long: else the compiler's work on hot code would hide what grows. */
const LONG = { most: 20_000, shares: [0.05, 0.25, 0.5, 1], rounds: 3, warmUps: 6 };

/** What each step of the chain costs for a further batch of images, the more images are stored. */
export const growth: Benchmark = {
  name: 'growth',
  title: `What a further batch of ${BATCH} images costs at each step, the more images are stored`,
  async run(form) {
    const { most, shares, rounds, warmUps } = form.short ? SHORT : LONG;
    const sizes = shares.map((share) => Math.round((form.images ?? most) * share));
    const images = await benchImages(BATCH * (warmUps + rounds * sizes.length), form.seed);
    const batches = Array.from({ length: images.length / BATCH }, (_, at) =>
      images.slice(at * BATCH, (at + 1) * BATCH),
    );
    const stage = await startStage(form, { runOf: BATCH });
    try {
      for (const batch of batches.splice(0, warmUps)) await measureRound(stage, batch);
      const costs: Record<Step, Cost>[] = [];
      let filled = 0;
      for (const size of sizes) {
        form.say(`filling up to ${size} images`);
        await fill(stage.context, filled, size);
        filled = size;
        const measured: Record<Step, Cost>[] = [];
        for (const batch of batches.splice(0, rounds)) measured.push(await measureRound(stage, batch));
        costs.push(medians(measured));
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
  const table = (steps: readonly Step[], what: keyof Cost) =>
    steps.map((step) => {
      const values = costs.map((cost) => cost[step][what]);
      return [step, ...values.map(Math.round), rounded((values.at(-1) ?? 0) / (values[0] ?? 1))];
    });
  const headings = ['step', ...sizes.map((size) => `${size} images`), 'last : first'];
  const lines = CHAIN_STEPS.map((step) => ({ name: step, values: costs.map((cost) => cost[step].cpu) }));
  return {
    sections: [
      {
        title: `Processor milliseconds of the embedded AWS for ${BATCH} more images`,
        headings,
        rows: table(CHAIN_STEPS, 'cpu'),
      },
      { title: `Milliseconds by the clock for ${BATCH} more images`, headings, rows: table(CHAIN_STEPS, 'elapsed') },
      {
        title: 'Processor milliseconds of the embedded AWS to read everything that is stored',
        headings: ['reading', ...headings.slice(1)],
        rows: table(READINGS, 'cpu'),
      },
    ],
    notes: [
      "The embedded AWS's own processor time is what does not depend on who else uses the machine; waiting (batching windows, timers, people) shows by the clock only.",
    ],
    figures: { 'growth.svg': growthFigure(sizes, lines) },
  };
}
