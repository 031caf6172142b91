import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { notImplemented } from '../../kernel/errors.ts';
import type { Alarm, MissingData, StatisticName } from '../alarm.ts';
import { invalid, oneOf } from '../errors.ts';
import type { CloudWatchOperation } from '../state.ts';

const STATISTICS: readonly StatisticName[] = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'];
const MISSING: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const COMPARISON_OPERATORS: readonly Alarm['comparison'][] = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
];
/** Seconds. */
const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** What only other kinds of alarms have: percentiles, metric maths, anomaly detection, queries. */
const OTHER_KINDS = [
  'ExtendedStatistic',
  'Metrics',
  'ThresholdMetricId',
  'EvaluationWindow',
  'WarmUpConfiguration',
  'EvaluationCriteria',
  'EvaluationInterval',
  'ActionConfiguration',
  'Tags',
] as const satisfies (keyof PutMetricAlarmInput)[];

export const putMetricAlarm: CloudWatchOperation<'PutMetricAlarm'> = (input, _request, { kernel, alarms }) => {
  const other = OTHER_KINDS.find((member) => input[member] !== undefined);
  if (other) throw notImplemented(`CloudWatch: ${other} of an alarm`);
  const name = input.AlarmName ?? '';
  const now = kernel.clock.now();
  const existing = alarms.find(name);
  alarms.put({
    name,
    arn: kernel.arn('cloudwatch', `alarm:${name}`),
    description: input.AlarmDescription,
    ...conditionOf(input),
    unit: input.Unit,
    actionsEnabled: input.ActionsEnabled ?? true,
    actions: {
      ok: input.OKActions ?? [],
      alarm: input.AlarmActions ?? [],
      insufficientData: input.InsufficientDataActions ?? [],
    },
    configuredAt: now,
    // "The update completely overwrites the previous configuration of the alarm"; its state stays until it is evaluated.
    state: existing?.state ?? { value: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation', at: now },
    transitionedAt: existing?.transitionedAt ?? now,
  });
  return {};
};

type Condition = Pick<
  Alarm,
  | 'metric'
  | 'statistic'
  | 'period'
  | 'evaluationPeriods'
  | 'datapointsToAlarm'
  | 'threshold'
  | 'comparison'
  | 'missingData'
>;

/** Says of a member that is missing, or empty, what CloudWatch says of it. */
function required<Value>(value: Value | undefined, complaint: string): Value {
  if (value === undefined || value === '') throw invalid(complaint);
  return value;
}

const without = (member: string) => `PutMetricAlarm request should have a ${member} parameter`;

/** @throws ValidationException ("PutMetricAlarm") */
function conditionOf(input: PutMetricAlarmInput): Condition {
  const evaluationPeriods = required(
    input.EvaluationPeriods,
    'PutMetricAlarm request should have an EvaluationPeriods parameter',
  );
  if (evaluationPeriods < 1) throw notWithin('evaluationPeriods', evaluationPeriods);
  const datapointsToAlarm = input.DatapointsToAlarm ?? evaluationPeriods;
  if (datapointsToAlarm < 1) throw notWithin('datapointsToAlarm', datapointsToAlarm);
  if (datapointsToAlarm > evaluationPeriods)
    throw invalid('DatapointsToAlarm must be less than or equal to EvaluationPeriods');
  return {
    metric: {
      namespace: required(input.Namespace, 'Namespace must not be null'),
      name: required(input.MetricName, 'MetricName must not be null'),
      dimensions: Object.fromEntries((input.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value])),
    },
    statistic: oneOf(STATISTICS, required(input.Statistic, without('Statistic')), 'statistic'),
    period: periodOf(required(input.Period, without('Period')), evaluationPeriods),
    evaluationPeriods,
    datapointsToAlarm,
    threshold: required(input.Threshold, 'PutMetricAlarm request should have valid Threshold parameter'),
    comparison: oneOf(
      COMPARISON_OPERATORS,
      required(input.ComparisonOperator, without('valid ComparisonOperator')),
      'comparisonOperator',
    ),
    missingData: missingDataOf(input.TreatMissingData ?? 'missing'),
  };
}

/** "An alarm's total current evaluation period can be no longer than seven days", and than one with periods below an hour. */
function periodOf(period: number, evaluationPeriods: number): number {
  const evaluated = period * evaluationPeriods;
  if (![10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0))
    throw invalid('Period must be 10, 20, 30 or a multiple of 60');
  if (period < HOUR && evaluated > DAY)
    throw invalid(
      `Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= ${DAY}) for alarms using period < ${HOUR}`,
    );
  if (evaluated > WEEK)
    throw invalid(
      `Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= ${WEEK}) for alarms using period >= ${HOUR}`,
    );
  if (period < 60) throw notImplemented('CloudWatch: alarms on high-resolution metrics (Period < 60)');
  if (evaluated > DAY) throw notImplemented('CloudWatch: alarms that look back more than a day');
  return period;
}

function missingDataOf(value: string): MissingData {
  const known = MISSING.find((one) => one === value);
  if (!known) throw invalid('Supported values for TreatMissingData are breaching, notBreaching, ignore, and missing.');
  return known;
}

const notWithin = (member: string, value: number) =>
  invalid(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value greater than or equal to 1`,
  );
