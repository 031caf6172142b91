/** A parsed `rate(…)` or `cron(…)`: when it is due next. All times UTC, in milliseconds since the epoch. */
export interface Schedule {
  /** The first time after `after`; undefined when there is none any more. */
  next(after: number): number | undefined;
}

const UNIT: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** "Creating an Amazon EventBridge rule that runs on a schedule". Undefined when the expression is none. */
export function parseSchedule(expression: string): Schedule | undefined {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  if (rate) {
    const [, count, unit = '', plural] = rate;
    const value = Number(count);
    // "If the value is equal to 1, then the unit must be singular."
    if (value < 1 || (value === 1) !== (plural === '')) return undefined;
    const period = value * (UNIT[unit] ?? 0);
    return { next: (after) => after + period };
  }
  const cron = /^cron\((.+)\)$/.exec(expression);
  return cron ? parseCron(cron[1] ?? '') : undefined;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

type Fits = (date: Date) => boolean;

function parseCron(text: string): Schedule | undefined {
  const fields = text.trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  // Exactly one of the two days says nothing.
  if (fields.length !== 6 || (day === '?') === (weekday === '?')) return undefined;
  const minutes = values(minute, 0, 59);
  const hours = values(hour, 0, 23);
  const months = values(month, 1, 12, MONTHS);
  const years = values(year, 1970, 2199);
  const fits = weekday === '?' ? dayOfMonth(day) : dayOfWeek(weekday);
  if (!minutes || !hours || !months || !years || !fits) return undefined;
  return {
    next(after) {
      const date = new Date(after);
      date.setUTCSeconds(0, 0);
      date.setUTCMinutes(date.getUTCMinutes() + 1);
      while (date.getUTCFullYear() <= 2199) {
        if (!years.has(date.getUTCFullYear())) date.setTime(Date.UTC(date.getUTCFullYear() + 1, 0, 1));
        else if (!months.has(date.getUTCMonth() + 1))
          date.setTime(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
        else if (!fits(date)) date.setTime(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1));
        else if (!hours.has(date.getUTCHours())) date.setUTCHours(date.getUTCHours() + 1, 0);
        else if (!minutes.has(date.getUTCMinutes())) date.setUTCMinutes(date.getUTCMinutes() + 1);
        else return date.getTime();
      }
      return undefined;
    },
  };
}

/** `*`, `5`, `1-5`, `0/15`, `MON,WED`: the set of values; undefined when the text is none of these. */
function values(text: string, least: number, most: number, names: string[] = []): Set<number> | undefined {
  const number = (part: string | undefined) => {
    const name = names.indexOf((part ?? '').toUpperCase());
    const value = name >= 0 ? name + least : /^\d+$/.test(part ?? '') ? Number(part) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };
  const set = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    const [first, last] = range === '*' ? [String(least), String(most)] : range.split('-');
    const from = number(first);
    const to = last !== undefined ? number(last) : stepText === undefined ? from : most;
    if (from === undefined || to === undefined || !Number.isInteger(step) || step < 1) return undefined;
    for (let value = from; value <= to; value += step) set.add(value);
  }
  return set;
}

const lastDay = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

const isWorkday = (date: Date): boolean => date.getUTCDay() >= 1 && date.getUTCDay() <= 5;

/** `L`: the last day; `15W`: the workday nearest to the 15th. */
function dayOfMonth(text: string): Fits | undefined {
  if (text === 'L') return (date) => date.getUTCDate() === lastDay(date);
  const near = /^(\d{1,2})W$/.exec(text);
  if (near) {
    const wanted = Number(near[1]);
    return wanted >= 1 && wanted <= 31 ? (date) => date.getUTCDate() === nearestWorkday(date, wanted) : undefined;
  }
  const days = values(text, 1, 31);
  return days && ((date) => days.has(date.getUTCDate()));
}

function nearestWorkday(date: Date, wanted: number): number | undefined {
  const last = lastDay(date);
  const offset = [0, -1, 1, -2, 2].find((days) => {
    const day = wanted + days;
    return day >= 1 && day <= last && isWorkday(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)));
  });
  return offset === undefined || wanted > last ? undefined : wanted + offset;
}

/** 1 is Sunday. `6L`: the last Friday; `3#2`: the second Tuesday. */
function dayOfWeek(text: string): Fits | undefined {
  const special = /^([^L#]+)(?:(L)|#([1-5]))$/.exec(text);
  if (special || text === 'L') {
    const days = values(special?.[1] ?? '7', 1, 7, WEEKDAYS);
    if (days?.size !== 1) return undefined;
    const nth = Number(special?.[3]);
    if (text === 'L') return (date) => days.has(date.getUTCDay() + 1);
    return (date) =>
      days.has(date.getUTCDay() + 1) &&
      (special?.[2] ? date.getUTCDate() + 7 > lastDay(date) : Math.ceil(date.getUTCDate() / 7) === nth);
  }
  const days = values(text, 1, 7, WEEKDAYS);
  return days && ((date) => days.has(date.getUTCDay() + 1));
}
