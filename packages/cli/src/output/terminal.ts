import { styleText } from 'node:util';

/** Where a command's words go. With `--json` standard output carries one JSON document, and everything else standard error. */
export interface Terminal {
  readonly json: boolean;
  /** A line for people; on standard error with `--json`. */
  say(line?: string): void;
  /** The command's result: printed as JSON with `--json`, else through `render`. */
  result(value: unknown, render: () => string): void;
  /** The state of something long, rewritten in place where the terminal allows it. */
  progress(line: string): void;
  /** Ends what `progress` was writing. */
  progressDone(): void;
}

/** Milliseconds between two lines of progress where they can't be rewritten in place. */
const QUIET = 5000;

export function createTerminal(json: boolean, out: NodeJS.WriteStream, err: NodeJS.WriteStream): Terminal {
  const people = json ? err : out;
  let open = false;
  let last = '';
  let written = 0;
  const close = () => {
    if (open) people.write('\n');
    open = false;
    last = '';
  };
  return {
    json,
    say(line = '') {
      close();
      people.write(`${line}\n`);
    },
    result(value, render) {
      close();
      out.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${render()}\n`);
    },
    progress(line) {
      if (line === last) return;
      if (people.isTTY) {
        last = line;
        people.write(`\r\u001b[2K${line.slice(0, (people.columns ?? 80) - 1)}`);
        open = true;
      } else if (Date.now() - written > QUIET) {
        // A log wants to know that it goes on, not each step.
        written = Date.now();
        last = line;
        people.write(`${line}\n`);
      }
    },
    progressDone: close,
  };
}

/** Rows under headings, columns aligned. Numbers to the right. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map(String));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => (row[column] ?? '').length)),
  );
  const numeric = headings.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [styleText('bold', line(headings)), ...cells.map(line)].join('\n');
}

/** `73s`, `4m 05s` */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 100 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
}
