import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { resourceProvider } from '../../kernel/resource-provider.ts';

const number = z.coerce.number();
const arns = z.array(z.string()).optional();

const properties = z.strictObject({
  AlarmName: z.string().optional(),
  AlarmDescription: z.string().optional(),
  ActionsEnabled: z.union([z.boolean(), z.stringbool()]).optional(),
  OKActions: arns,
  AlarmActions: arns,
  InsufficientDataActions: arns,
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).optional(),
  Statistic: z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']),
  Period: number,
  EvaluationPeriods: number,
  DatapointsToAlarm: number.optional(),
  Threshold: number,
  ComparisonOperator: z.enum([
    'GreaterThanThreshold',
    'GreaterThanOrEqualToThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  TreatMissingData: z.string().optional(),
});

/** `AWS::CloudWatch::Alarm` on one metric. `Ref` is its name. */
export const alarmResource = resourceProvider<z.infer<typeof properties>>({
  properties,
  async create(alarm, { kernel, caller, physicalName }) {
    const AlarmName = alarm.AlarmName ?? physicalName(255);
    const input: PutMetricAlarmInput = { ...alarm, AlarmName };
    await kernel.call('cloudwatch', 'PutMetricAlarm', input, caller);
    return { physicalId: AlarmName, attributes: { Arn: kernel.arn('cloudwatch', `alarm:${AlarmName}`) } };
  },
  replaces: (next, previous) => next.AlarmName !== previous.AlarmName,
  async update(state, alarm, _previous, { kernel, caller }) {
    await kernel.call('cloudwatch', 'PutMetricAlarm', { ...alarm, AlarmName: state.physicalId }, caller);
    return state;
  },
  async delete({ physicalId }, _properties, { kernel, caller }) {
    try {
      await kernel.call('cloudwatch', 'DeleteAlarms', { AlarmNames: [physicalId] }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFound')) throw error;
    }
  },
});
