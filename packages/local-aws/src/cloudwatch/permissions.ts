import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import type { CloudWatchState } from './state.ts';

const alarm = ({ AlarmName }: { AlarmName?: string | undefined }, kernel: Kernel) =>
  kernel.arn('cloudwatch', `alarm:${AlarmName}`);
const alarms = ({ AlarmNames }: { AlarmNames?: string[] | undefined }, kernel: Kernel) =>
  (AlarmNames ?? ['*']).map((AlarmName) => alarm({ AlarmName }, kernel));

export const cloudwatchAuthorization: ServiceAuthorization<'cloudwatch', CloudWatchState> = {
  prefix: 'cloudwatch',
  permissions: {
    DeleteAlarms: alarms,
    DescribeAlarms: alarms,
    PutMetricAlarm: alarm,
    SetAlarmState: alarm,
  },
};
