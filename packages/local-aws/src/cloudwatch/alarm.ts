import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Metric, StatisticSet } from '../kernel/metrics.ts';

export type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type StatisticName = keyof StatisticSet | 'Average';
export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export const COMPARISONS = {
  GreaterThanThreshold: { words: 'greater than', holds: (value: number, threshold: number) => value > threshold },
  GreaterThanOrEqualToThreshold: {
    words: 'greater than or equal to',
    holds: (value: number, threshold: number) => value >= threshold,
  },
  LessThanThreshold: { words: 'less than', holds: (value: number, threshold: number) => value < threshold },
  LessThanOrEqualToThreshold: {
    words: 'less than or equal to',
    holds: (value: number, threshold: number) => value <= threshold,
  },
};

export interface AlarmState {
  value: StateValue;
  reason: string;
  /** JSON. */
  reasonData?: string;
  /** Milliseconds since the epoch, as all times here. */
  at: number;
}

export interface Alarm {
  name: string;
  arn: string;
  description?: string;
  metric: Metric;
  statistic: StatisticName;
  /** Seconds. */
  period: number;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  threshold: number;
  comparison: keyof typeof COMPARISONS;
  missingData: MissingData;
  unit?: MetricAlarm['Unit'];
  actionsEnabled: boolean;
  /** ARNs of what AWS would tell. */
  actions: { ok: string[]; alarm: string[]; insufficientData: string[] };
  configuredAt: number;
  state: AlarmState;
  /** When the state's value last changed. */
  transitionedAt: number;
}

export function toWire(alarm: Alarm): MetricAlarm {
  const { metric, state, actions } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: actions.ok,
    AlarmActions: actions.alarm,
    InsufficientDataActions: actions.insufficientData,
    StateValue: state.value,
    StateReason: state.reason,
    StateReasonData: state.reasonData,
    StateUpdatedTimestamp: new Date(state.at),
    StateTransitionedTimestamp: new Date(alarm.transitionedAt),
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: alarm.statistic,
    Period: alarm.period,
    Unit: alarm.unit,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: alarm.missingData,
  };
}
