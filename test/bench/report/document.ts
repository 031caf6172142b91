import { z } from 'zod';

/** What a benchmark leaves in `.bench/<name>.json`. */
export const documentSchema = z.object({
  name: z.string(),
  title: z.string(),
  command: z.string(),
  seed: z.number(),
  machine: z.object({
    processor: z.string(),
    cores: z.number(),
    memoryGb: z.number(),
    system: z.string(),
    node: z.string(),
    commit: z.string(),
    /** Mean number of processes that wanted a processor in the minute before. */
    load: z.number(),
    at: z.string(),
  }),
  sections: z.array(
    z.object({
      title: z.string(),
      headings: z.array(z.string()),
      rows: z.array(z.array(z.union([z.string(), z.number()]))),
    }),
  ),
  notes: z.array(z.string()),
  /** File names of drawings beside it. */
  figures: z.array(z.string()),
});

export type BenchDocument = z.output<typeof documentSchema>;

/** A document as a part of `docs/benchmarks.md`. */
export function markdown({ title, command, seed, machine, sections, notes, figures }: BenchDocument): string {
  const { processor, cores, memoryGb, system, node, commit, load, at } = machine;
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    `${title}.`,
    `\`${command}\` (seed ${seed}), ${at.slice(0, 16).replace('T', ' ')} UTC at ${commit}, Node ${node}: ${processor}, ${cores} cores, ${memoryGb} GB, ${system}; load ${load} when it began.`,
    ...figures.map((file) => `![${title}](benchmarks/${file})`),
    ...sections.map(({ title: heading, headings, rows }) =>
      [
        `**${heading}**`,
        '',
        row(headings),
        row(headings.map((_, column) => (typeof rows[0]?.[column] === 'number' ? '--:' : '---'))),
        ...rows.map(row),
      ].join('\n'),
    ),
    ...notes,
  ].join('\n\n');
}
