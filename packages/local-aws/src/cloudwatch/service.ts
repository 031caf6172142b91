import { defineService } from '../kernel/service.ts';
import { deleteAlarms } from './operations/delete-alarms.ts';
import { describeAlarms } from './operations/describe-alarms.ts';
import { putMetricAlarm } from './operations/put-metric-alarm.ts';
import { setAlarmState } from './operations/set-alarm-state.ts';
import { cloudwatchAuthorization } from './permissions.ts';
import { alarmResource } from './resources/alarm.ts';
import { type CloudWatchState, createState } from './state.ts';

export const cloudwatchService = defineService<'cloudwatch', CloudWatchState>({
  name: 'cloudwatch',
  signingName: 'monitoring',
  load: () => import('@aws-sdk/client-cloudwatch'),
  create: createState,
  authorization: cloudwatchAuthorization,
  operations: {
    DeleteAlarms: deleteAlarms,
    DescribeAlarms: describeAlarms,
    PutMetricAlarm: putMetricAlarm,
    SetAlarmState: setAlarmState,
  },
  resources: { 'AWS::CloudWatch::Alarm': alarmResource },
});
