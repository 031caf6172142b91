import { CliError } from '../cli-error.ts';

/** A span of the events' own time. */
export interface Span {
  from: Date;
  to: Date;
}

const MILLISECONDS = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** An instant as people write it: ISO 8601, or how long ago (`90m`, `12h`, `30d`). Events have whole seconds, and so has this. */
function instantOf(text: string, now: Date): Date {
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const milliseconds = MILLISECONDS.get(unit);
  const time = milliseconds === undefined ? Date.parse(text) : now.getTime() - Number(count) * milliseconds;
  const instant = new Date(Math.floor(time / 1000) * 1000);
  if (!Number.isNaN(instant.getTime())) return instant;
  throw new CliError(`${text} is no time.`, 'Write 2026-03-04, 2026-03-04T08:15:00Z, or how long ago: 90m, 12h, 30d.');
}

/** @throws CliError when the span is empty */
export function spanOf({ from, to }: { from: string; to?: string | undefined }, now: Date): Span {
  const span = { from: instantOf(from, now), to: to === undefined ? now : instantOf(to, now) };
  if (span.from < span.to) return span;
  throw new CliError(
    `--from ${span.from.toISOString()} is not before --to ${span.to.toISOString()}.`,
    'Give the earlier one with --from.',
  );
}

/** @throws CliError when an archive that was `begun` then holds nothing of a span */
export function refuseUnarchived({ to }: Span, begun: Date): void {
  if (to > begun) return;
  throw new CliError(`The archive holds events since ${begun.toISOString()}, none of before.`, 'Give a later --to.');
}
