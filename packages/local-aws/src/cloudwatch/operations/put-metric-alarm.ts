import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { AwsError, notImplemented } from '../../kernel/errors.ts';
import { type Alarm, COMPARISONS, type MissingData, type StatisticName } from '../alarm.ts';
import type { CloudWatchOperation } from '../state.ts';

const STATISTICS: readonly string[] = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] satisfies StatisticName[];
const MISSING: readonly string[] = ['missing', 'ignore', 'breaching', 'notBreaching'] satisfies MissingData[];
const LONGEST_EVALUATION = 86_400;

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

const invalid = (message: string) => new AwsError('ValidationException', message);

function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined || value === '')
    throw new AwsError('MissingRequiredParameterException', `The parameter ${name} is required.`);
  return value;
}

/** @throws ValidationException, MissingRequiredParameterException ("PutMetricAlarm") */
function conditionOf(input: PutMetricAlarmInput): Condition {
  const period = required(input.Period, 'Period');
  if (![10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0))
    throw invalid('Period must be 10, 20, 30 or a multiple of 60.');
  if (period < 60) throw notImplemented('CloudWatch: alarms on high-resolution metrics (Period < 60)');
  const evaluationPeriods = required(input.EvaluationPeriods, 'EvaluationPeriods');
  if (evaluationPeriods < 1) throw invalid('EvaluationPeriods must be at least 1.');
  if (period * evaluationPeriods > LONGEST_EVALUATION)
    throw invalid('Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).');
  const datapointsToAlarm = input.DatapointsToAlarm ?? evaluationPeriods;
  if (datapointsToAlarm < 1 || datapointsToAlarm > evaluationPeriods)
    throw invalid('DatapointsToAlarm must be at least 1 and less than or equal to EvaluationPeriods.');
  return {
    metric: {
      namespace: required(input.Namespace, 'Namespace'),
      name: required(input.MetricName, 'MetricName'),
      dimensions: Object.fromEntries((input.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value])),
    },
    statistic: oneOf(STATISTICS, required(input.Statistic, 'Statistic'), 'Statistic') as StatisticName,
    period,
    evaluationPeriods,
    datapointsToAlarm,
    threshold: required(input.Threshold, 'Threshold'),
    comparison: oneOf(
      Object.keys(COMPARISONS),
      required(input.ComparisonOperator, 'ComparisonOperator'),
      'ComparisonOperator',
    ) as Alarm['comparison'],
    missingData: oneOf(MISSING, input.TreatMissingData ?? 'missing', 'TreatMissingData') as MissingData,
  };
}

function oneOf(known: readonly string[], value: string, name: string): string {
  if (known.includes(value)) return value;
  throw invalid(`The value ${value} of ${name} is none of ${known.join(', ')}.`);
}
