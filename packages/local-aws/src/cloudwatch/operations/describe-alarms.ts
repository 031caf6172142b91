import { AwsError, notImplemented } from '../../kernel/errors.ts';
import { toWire } from '../alarm.ts';
import type { CloudWatchOperation } from '../state.ts';

const MOST = 100;
const INITIAL = 50;

export const describeAlarms: CloudWatchOperation<'DescribeAlarms'> = (input, _request, { alarms }) => {
  for (const member of ['ChildrenOfAlarmName', 'ParentsOfAlarmName', 'ActionPrefix'] as const)
    if (input[member] !== undefined) throw notImplemented(`CloudWatch: DescribeAlarms with ${member}`);
  if (input.AlarmNames && input.AlarmNamePrefix !== undefined)
    throw new AwsError(
      'InvalidParameterCombinationException',
      'AlarmNames and AlarmNamePrefix cannot be given together.',
    );
  if (input.AlarmTypes && !input.AlarmTypes.includes('MetricAlarm')) return { MetricAlarms: [], CompositeAlarms: [] };
  const limit = Math.min(input.MaxRecords ?? INITIAL, MOST);
  const candidates = input.AlarmNames
    ? input.AlarmNames.flatMap((name) => alarms.find(name) ?? [])
    : alarms.list({ prefix: input.AlarmNamePrefix, after: input.NextToken });
  const found = candidates.filter(({ state }) => input.StateValue === undefined || state.value === input.StateValue);
  const page = found.slice(0, limit);
  return {
    MetricAlarms: page.map(toWire),
    CompositeAlarms: [],
    ...(found.length > limit && { NextToken: page.at(-1)?.name }),
  };
};
