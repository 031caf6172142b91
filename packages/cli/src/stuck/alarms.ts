import { type CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';

/** An alarm of a stack that is in ALARM. */
export interface RaisedAlarm {
  name: string;
  /** What it means and what to do. */
  description: string;
  /** Why, in CloudWatch's words. */
  reason: string;
  /** ISO 8601. */
  since: string;
}

/** The alarms in ALARM whose names begin with `prefix`. */
export async function raisedAlarms(client: CloudWatchClient, prefix: string): Promise<RaisedAlarm[]> {
  const raised: RaisedAlarm[] = [];
  const query = { AlarmNamePrefix: prefix, StateValue: 'ALARM' as const };
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, query))
    for (const { AlarmName = '', AlarmDescription = '', StateReason = '', StateTransitionedTimestamp } of MetricAlarms)
      raised.push({
        name: AlarmName,
        description: AlarmDescription,
        reason: StateReason,
        since: StateTransitionedTimestamp?.toISOString() ?? '',
      });
  return raised;
}
