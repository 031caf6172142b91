import { existsSync, readFileSync } from 'node:fs';

const LONGEST = 400;

/** The last line of a component's log: usually why it ended. Empty when it said nothing. */
export function logTail(path: string): string {
  if (!existsSync(path)) return '';
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return (lines.at(-1) ?? '').trim().slice(0, LONGEST);
}
