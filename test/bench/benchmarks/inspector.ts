import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputFor } from '@assay/vision';
import type { Benchmark } from '../benchmark.ts';
import { agreement, checkSame } from '../inspector/answers.ts';
import { bareSession, type Contestant, inspecting, type Spent } from '../inspector/contestants.ts';
import { embeddedNetwork, type Network, type Quantized, quantized, USUAL_FLOOR } from '../inspector/networks.ts';
import { type Photograph, photographs } from '../inspector/photographs.ts';
import { type Runtime, startUltralytics, type Ultralytics } from '../inspector/ultralytics.ts';
import { median, rounded } from '../statistics.ts';
import { type Figures, inTurns, ratioHeadings, ratioRows, type Turns } from '../turns.ts';

interface Extent {
  readonly size: number;
  /** Of the embedded trainer, before its network is measured. */
  readonly steps: number;
  readonly rounds: number;
  /** Images each contestant looks at in a round. */
  readonly images: number;
  /** Images that INT8's ranges are of. */
  readonly calibration: number;
  /** Confidence from which on boxes are told: next to nothing where training has hardly begun. */
  readonly floor: number;
}

const FULL: Extent = { size: 640, steps: 150, rounds: 9, images: 8, calibration: 32, floor: USUAL_FLOOR };
const SHORT: Extent = { size: 96, steps: 30, rounds: 1, images: 3, calibration: 8, floor: 0.001 };

/**
 * Share of what one finds that the other has to find too: with the same arithmetic, and with a coarser one, which may
 * order near-equals otherwise.
 */
const AGREEMENT = { float: 0.9, int8: 0.5 };

/** What an inspection takes beside the network alone. */
export const inspector: Benchmark = {
  name: 'inspector',
  title: 'From a JPEG of 640 pixels to the verdict, against the bare network, against INT8 and against Ultralytics',
  async run({ short, seed, say }) {
    const extent = short ? SHORT : FULL;
    const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
    // Either is of a shape for which the input is no square.
    const photograph = short ? { width: 160, height: 100 } : { width: 640, height: 480 };
    const input = inputFor([photograph], extent.size, 32);
    let ultralytics: Ultralytics | undefined;
    try {
      const images = await photographs(join(folder, 'images'), {
        ...photograph,
        seed,
        tags: extent.images + extent.calibration,
      });
      const [shown, calibration] = [images.slice(0, extent.images), images.slice(extent.images)];
      ultralytics = short ? undefined : await startUltralytics(folder, { seed, input, training: calibration, say });
      say(`training the embedded network for ${extent.steps} steps`);
      const embedded = await embeddedNetwork(calibration, { seed, ...extent });
      const comparisons = [await compare({ network: embedded, shown, calibration, rounds: extent.rounds, say })];
      if (ultralytics) {
        const { network, contestants: peers } = ultralytics;
        comparisons.push(await compare({ network, shown, calibration, rounds: extent.rounds, say, peers }));
      }
      return {
        sections: comparisons.flatMap(({ sections }) => sections),
        notes: comparisons.flatMap(({ notes }) => notes),
      };
    } finally {
      for (const contestant of ultralytics?.contestants.values() ?? []) await contestant.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Comparison {
  readonly network: Network;
  readonly shown: readonly Photograph[];
  readonly calibration: readonly Photograph[];
  readonly rounds: number;
  /** Ultralytics' inspection with the same network. */
  readonly peers?: ReadonlyMap<Runtime, Contestant>;
  say(line: string): void;
}

async function compare({ network, shown, calibration, rounds, peers, say }: Comparison) {
  say(`quantizing ${network.name}`);
  const int8 = await quantized(network, calibration);
  const bare = await bareSession('session.run, float', network);
  const whole = await inspecting('inspector, float', network);
  const integers =
    typeof int8 === 'string'
      ? undefined
      : {
          bare: await bareSession('session.run, INT8', int8.network),
          whole: await inspecting('inspector, INT8', int8.network),
        };
  const contestants = [bare, whole, ...(integers ? [integers.bare, integers.whole] : []), ...(peers?.values() ?? [])];
  try {
    await checkSame(bare, whole, shown);
    const notes = [typeof int8 === 'string' ? `${network.name} has no INT8 form: ${int8}` : describe(int8)];
    if (integers) {
      await checkSame(integers.bare, integers.whole, shown);
      await checkAgreement(whole, integers.whole, shown, AGREEMENT.int8);
    }
    for (const peer of peers?.values() ?? []) await checkAgreement(peer, whole, shown, AGREEMENT.float);
    const turns = await inTurns(
      contestants.map((contestant) => ({ name: contestant.name, run: () => turn(contestant, shown) })),
      rounds,
    );
    const asked = [
      ['inspector : session.run, float', '≤ 1.25', ...ratios(turns, whole, bare)],
      ['inspector : session.run, INT8', '≤ 1.25', ...ratios(turns, integers?.whole, integers?.bare)],
      ['inspector : Ultralytics as it comes, on PyTorch', '≤ 0.6', ...ratios(turns, whole, peers?.get('pytorch'))],
      ['inspector : Ultralytics with the ONNX file', '≤ 0.6', ...ratios(turns, whole, peers?.get('onnxruntime'))],
      ['inspector, float : INT8', '≥ 1.5', ...ratios(turns, whole, integers?.whole)],
      ['inspector with INT8 : Ultralytics as it comes', '', ...ratios(turns, integers?.whole, peers?.get('pytorch'))],
    ];
    return {
      sections: [
        {
          title: `${network.name}, input ${network.input.width} × ${network.input.height}: ${rounds} rounds in turns, ${shown.length} images each, one thread`,
          headings: ratioHeadings('way', turns[0]?.figures[0], 'session.run'),
          rows: ratioRows(turns, turns[0]),
        },
        { title: `${network.name}: what was asked for`, headings: ['ratio', 'wanted', 'ms', 'processor'], rows: asked },
      ],
      notes,
    };
  } finally {
    await Promise.all([bare, whole, ...Object.values(integers ?? {})].map((contestant) => contestant.close()));
  }
}

async function checkAgreement(
  one: Contestant,
  other: Contestant,
  shown: readonly Photograph[],
  least: number,
): Promise<void> {
  const share = await agreement(one, other, shown);
  if (!(share >= least)) {
    throw new Error(`${other.name} finds ${(100 * share).toFixed(0)} % of what ${one.name} finds on the same images`);
  }
}

async function turn({ run }: Contestant, shown: readonly Photograph[]): Promise<Figures> {
  const spent: Spent[] = [];
  for (const photograph of shown) spent.push(await run(photograph));
  return {
    ms: median(spent.map(({ milliseconds }) => milliseconds)),
    'processor ms': median(spent.map(({ processor }) => processor)),
  };
}

/** The medians of the rounds' ratios: by the clock, and of the processor. */
function ratios(turns: readonly Turns[], one: Contestant | undefined, other: Contestant | undefined) {
  const [ours, theirs] = [one, other].map((each) => turns.find(({ name }) => name === each?.name)?.figures);
  if (!ours || !theirs) return ['not measured', 'not measured'];
  return ['ms', 'processor ms'].map((figure) =>
    rounded(median(ours.map((round, at) => (round[figure] ?? Number.NaN) / (theirs[at]?.[figure] ?? Number.NaN)))),
  );
}

function describe({ network, report }: Quantized): string {
  const float = report.layers.filter(({ precision }) => precision === 'float32').length;
  const errors = Object.entries(report.error).map(([part, error]) => `${part} ${rounded(error)}`);
  return (
    `${network.name}, INT8: ${rounded(100 * report.work)} % of the work with integers, ${float} of ${report.layers.length} ` +
    `layers in float; error of ${errors.join(', ')} (tolerance ${report.tolerance}).`
  );
}
