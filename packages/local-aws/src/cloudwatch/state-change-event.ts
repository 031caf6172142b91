import type { AwsEvent } from '../kernel/kernel.ts';
import type { Alarm, AlarmState } from './alarm.ts';

/** "Alarm events and EventBridge": the sample event for a single-metric alarm. */
export function stateChangeEvent(alarm: Alarm, previous: AlarmState): AwsEvent {
  const { metric, period, statistic } = alarm;
  return {
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      state: told(alarm.state),
      previousState: told(previous),
      configuration: {
        ...(alarm.description !== undefined && { description: alarm.description }),
        metrics: [
          {
            id: 'm1',
            metricStat: {
              metric: { namespace: metric.namespace, name: metric.name, dimensions: metric.dimensions },
              period,
              stat: statistic,
            },
            returnData: true,
          },
        ],
      },
    },
  };
}

function told({ value, reason, reasonData, at }: AlarmState) {
  return { value, reason, ...(reasonData !== undefined && { reasonData }), timestamp: awsTime(at) };
}

/** `2026-03-04T08:16:00.000+0000` */
export const awsTime = (time: number) => new Date(time).toISOString().replace('Z', '+0000');
