import { describe, expect, it } from 'vitest';
import { parseSchedule } from './schedule-expression.ts';

const next = (expression: string, after: string, times = 1): string[] => {
  const schedule = parseSchedule(expression);
  const found: string[] = [];
  for (let at = Date.parse(after); found.length < times; ) {
    const due = schedule?.next(at);
    if (due === undefined) break;
    found.push(new Date(due).toISOString().slice(0, 16));
    at = due;
  }
  return found;
};

describe('a schedule expression', () => {
  it.each([
    ['rate(5 minutes)', ['2026-01-01T00:05']],
    ['rate(1 hour)', ['2026-01-01T01:00']],
    ['rate(2 days)', ['2026-01-03T00:00']],
    ['cron(0 3 * * ? *)', ['2026-01-01T03:00', '2026-01-02T03:00']],
    ['cron(0/15 * * * ? *)', ['2026-01-01T00:15', '2026-01-01T00:30']],
    ['cron(0 8 ? * MON-FRI *)', ['2026-01-01T08:00', '2026-01-02T08:00', '2026-01-05T08:00']],
    ['cron(15 10 ? * 6L 2026-2027)', ['2026-01-30T10:15', '2026-02-27T10:15']],
    ['cron(0 9 ? * 3#2 *)', ['2026-01-13T09:00', '2026-02-10T09:00']],
    ['cron(0 0 L * ? *)', ['2026-01-31T00:00', '2026-02-28T00:00']],
    ['cron(0 0 3W * ? *)', ['2026-01-02T00:00', '2026-02-03T00:00']],
    ['cron(0 0 1 JAN,JUL ? *)', ['2026-07-01T00:00', '2027-01-01T00:00']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00']],
    ['cron(30 12 1 1 ? 2030)', ['2030-01-01T12:30']],
    ['cron(30 12 1 1 ? 2020)', []],
  ])('%s falls due at %j', (expression, expected) => {
    expect(next(expression, '2026-01-01T00:00:00Z', Math.max(1, expected.length))).toEqual(expected);
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(5 seconds)',
    'cron(0 3 * * * *)',
    'cron(0 3 ? * ? *)',
    'cron(0 3 * * ?)',
    'cron(60 3 * * ? *)',
    'cron(0 3 * FOO ? *)',
    'at(2026-01-01T00:00:00)',
    'every day',
  ])('is not %s', (expression) => {
    expect(parseSchedule(expression)).toBeUndefined();
  });
});
