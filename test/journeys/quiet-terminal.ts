import type { Terminal } from '../../packages/cli/src/output/terminal.ts';

/** A terminal that keeps what is said for an assertion, and what went wrong for the reader of a failing test. */
export function quietTerminal(): Terminal & { lines: string[]; results: unknown[] } {
  const lines: string[] = [];
  const results: unknown[] = [];
  return {
    json: true,
    lines,
    results,
    say: (line = '') => void lines.push(line),
    result: (value) => void results.push(value),
    progress: () => undefined,
    progressDone: () => undefined,
  };
}
