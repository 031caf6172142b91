import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';

const historySchema = z.object({
  losses: z.array(z.object({ step: z.int(), classes: z.number(), boxes: z.number() })),
  measurements: z.array(z.object({ step: z.int(), ap50: z.number().optional(), ap: z.number().optional() })),
});

/** What a run has shown so far: the points of its curves. */
export type History = z.output<typeof historySchema>;

/**
 * The history up to a step, out of what an interrupted run left; empty when it left none. What it did after its last
 * checkpoint will be done again.
 */
export async function readHistory(path: string, upTo: number): Promise<History> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { losses: [], measurements: [] };
    throw error;
  }
  const { losses, measurements } = parseHistory(text, path);
  return {
    losses: losses.filter(({ step }) => step <= upTo),
    measurements: measurements.filter(({ step }) => step <= upTo),
  };
}

function parseHistory(text: string, path: string): History {
  try {
    return historySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliError(`The curves of an earlier run, ${path}, are damaged.`, 'Delete the file: they begin anew.', {
      cause,
    });
  }
}
