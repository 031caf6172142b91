import { median, rounded } from './statistics.ts';

/** What one turn of a contestant has shown, by figure, e.g. `{ 'events/s': 812, 'p50 ms': 4.1 }`. */
export type Figures = Record<string, number>;

export interface Turns {
  name: string;
  /** One entry a round. */
  figures: Figures[];
}

/** Lets contestants run one after another, round by round, so that a machine that slows down slows all of them. */
export async function inTurns(
  contestants: { name: string; run(): Promise<Figures> }[],
  rounds: number,
): Promise<Turns[]> {
  const turns: Turns[] = contestants.map(({ name }) => ({ name, figures: [] }));
  for (let round = 0; round < rounds; round++)
    for (const [index, { run }] of contestants.entries()) turns[index]?.figures.push(await run());
  return turns;
}

/** A row a contestant: medians over the rounds, then the ratios to the peer, round by round, of which the median. */
export function ratioRows(turns: Turns[], peer: Turns | undefined): (string | number)[][] {
  return turns.map(({ name, figures }) => {
    const names = Object.keys(figures[0] ?? {});
    const medians = names.map((figure) => rounded(median(figures.map((round) => round[figure] ?? Number.NaN))));
    const ratios = names.map((figure) => {
      if (!peer) return '–';
      const ofRounds = figures.map((round, at) => (round[figure] ?? Number.NaN) / (peer.figures[at]?.[figure] ?? 0));
      return rounded(median(ofRounds));
    });
    return [name, ...medians, ...ratios];
  });
}

export const ratioHeadings = (what: string, figures: Figures | undefined, peer: string): string[] => {
  const names = Object.keys(figures ?? {});
  return [what, ...names, ...names.map((name) => `${name.replace(/ .*/, '')} : ${peer}`)];
};
