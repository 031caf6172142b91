import { CliError } from '../cli-error.ts';

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** An instant as people write it: ISO 8601, or how long ago (`90m`, `12h`, `30d`). Events have whole seconds, and so has this. */
export function instantOf(text: string, now: Date): Date {
  const ago = /^(\d+)([mhd])$/.exec(text);
  const unit = ago?.[2] === 'm' || ago?.[2] === 'h' || ago?.[2] === 'd' ? UNITS[ago[2]] : 0;
  const time = ago ? now.getTime() - Number(ago[1]) * unit : Date.parse(text);
  if (Number.isNaN(time))
    throw new CliError(
      `${text} is no time.`,
      'Write 2026-03-04, 2026-03-04T08:15:00Z, or how long ago: 90m, 12h, 30d.',
    );
  return new Date(Math.floor(time / 1000) * 1000);
}

/** @throws CliError when the span is empty */
export function spanOf({ from, to }: { from: string; to?: string | undefined }, now: Date): { from: Date; to: Date } {
  const span = { from: instantOf(from, now), to: to === undefined ? now : instantOf(to, now) };
  if (span.from < span.to) return span;
  throw new CliError(
    `--from ${span.from.toISOString()} is not before --to ${span.to.toISOString()}.`,
    'Give the earlier one with --from.',
  );
}
