import { type Alarm, COMPARISONS, type StateValue } from './alarm.ts';

/** A period's statistic; undefined when nothing was measured in it. */
export interface Datapoint {
  /** Milliseconds since the epoch: the beginning of the period. */
  from: number;
  value: number | undefined;
}

export interface Verdict {
  /** Undefined: the state stays. */
  state: StateValue | undefined;
  /** The datapoints that it was made of, the newest first. */
  evaluated: (Datapoint & { value: number })[];
  breaching: number;
}

type Rules = Pick<Alarm, 'comparison' | 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm' | 'missingData'>;

/** How many periods more than it evaluates CloudWatch looks at, in case that some are missing. */
export const EXTRA_PERIODS = 2;

/**
 * The state that datapoints (the newest first) give an alarm. Missing ones are replaced by older ones as far as there are
 * any, and by what `missingData` says after that ("Configuring how CloudWatch alarms treat missing data").
 */
export function evaluate(datapoints: readonly Datapoint[], rules: Rules): Verdict {
  const { evaluationPeriods, datapointsToAlarm, missingData } = rules;
  const { holds } = COMPARISONS[rules.comparison];
  const evaluated = datapoints.flatMap(({ from, value }) => (value === undefined ? [] : [{ from, value }]));
  evaluated.splice(evaluationPeriods);
  const missing = evaluationPeriods - evaluated.length;
  const breaching = evaluated.filter(({ value }) => holds(value, rules.threshold)).length;
  const verdict = (state: StateValue | undefined): Verdict => ({ state, evaluated, breaching });
  if (breaching >= datapointsToAlarm) return verdict('ALARM');
  if (missing === 0) return verdict('OK');
  switch (missingData) {
    case 'breaching':
      return verdict(breaching + missing >= datapointsToAlarm ? 'ALARM' : 'OK');
    case 'notBreaching':
      return verdict('OK');
    case 'ignore':
      return verdict(evaluated.length > breaching ? 'OK' : undefined);
    case 'missing':
      if (evaluated.length === 0) return verdict('INSUFFICIENT_DATA');
      return verdict(evaluated.length > breaching ? 'OK' : 'ALARM');
  }
}

/** In CloudWatch's words. */
export function reasonOf(
  { state, evaluated, breaching }: Verdict,
  { comparison, threshold, missingData }: Rules,
): string {
  const bound = `the threshold (${decimal(threshold)})`;
  const { words } = COMPARISONS[comparison];
  if (evaluated.length === 0)
    return state === 'INSUFFICIENT_DATA'
      ? 'Insufficient Data: no datapoints were received.'
      : `Threshold Crossed: no datapoints were received and missing datapoints were treated as [${missingData === 'breaching' ? 'Breaching' : 'NonBreaching'}].`;
  const told = state === 'ALARM' ? breaching : evaluated.length - breaching;
  const values = evaluated
    .filter(({ value }) => COMPARISONS[comparison].holds(value, threshold) === (state === 'ALARM'))
    .map(({ from, value }) => `${decimal(value)} (${stamp(from)})`);
  const [plural, verb] = told === 1 ? ['', 'was'] : ['s', 'were'];
  const not = state === 'ALARM' ? '' : 'not ';
  return `Threshold Crossed: ${told} datapoint${plural} [${values.join(', ')}] ${verb} ${not}${words} ${bound}.`;
}

const decimal = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** `04/03/26 08:16:00` */
function stamp(time: number): string {
  const [year = '', month, rest = ''] = new Date(time).toISOString().split('-');
  return `${rest.slice(0, 2)}/${month}/${year.slice(2)} ${rest.slice(3, 11)}`;
}
