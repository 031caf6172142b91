import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  SetAlarmStateCommand,
  type StateValue,
  type Statistic,
} from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openToRules, startAws, type TestAws } from '../../test/harness.ts';
import { type ManualClock, manualClock } from '../kernel/clock.ts';

const MINUTE = 60_000;

describe('alarms', () => {
  let aws: TestAws;
  let clock: ManualClock;
  let cloudWatch: CloudWatchClient;
  let sqs: SQSClient;
  let queueUrl: string;
  let heard: string;

  beforeAll(async () => {
    clock = manualClock();
    aws = await startAws({ clock, report: () => {} });
    connect();
    queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'letters' }))).QueueUrl ?? '';
    heard =
      (await sqs.send(new CreateQueueCommand({ QueueName: 'heard', Attributes: openToRules('heard') }))).QueueUrl ?? '';
    const eventBridge = aws.client(EventBridgeClient);
    const EventPattern = JSON.stringify({
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
    });
    await eventBridge.send(new PutRuleCommand({ Name: 'alarms', EventPattern }));
    const Arn = 'arn:aws:sqs:eu-west-1:000000000000:heard';
    await eventBridge.send(new PutTargetsCommand({ Rule: 'alarms', Targets: [{ Id: 'heard', Arn }] }));
  });
  afterAll(() => aws.close());

  function connect() {
    cloudWatch = aws.client(CloudWatchClient);
    sqs = aws.client(SQSClient);
  }

  const alarm = (changes: Partial<PutMetricAlarmCommandInput> = {}): PutMetricAlarmCommandInput => ({
    AlarmName: 'letters-wait',
    AlarmDescription: 'look at them',
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: 'letters' }],
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    ...changes,
  });
  const put = (changes?: Partial<PutMetricAlarmCommandInput>) =>
    cloudWatch.send(new PutMetricAlarmCommand(alarm(changes)));

  async function described(name = 'letters-wait') {
    const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    return MetricAlarms?.[0];
  }

  async function events(): Promise<{ resources: string[]; detail: Record<string, unknown> }[]> {
    const query = new ReceiveMessageCommand({ QueueUrl: heard, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 });
    const { Messages = [] } = await sqs.send(query);
    return Messages.map(({ Body = '' }) => JSON.parse(Body));
  }

  it('begin without data, and are evaluated every minute on what is measured then', async () => {
    await put();
    expect(await described()).toMatchObject({
      AlarmArn: 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:letters-wait',
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
      ActionsEnabled: true,
      DatapointsToAlarm: 1,
      Dimensions: [{ Name: 'QueueName', Value: 'letters' }],
    });
    await clock.advance(MINUTE);
    expect(await described()).toMatchObject({ StateValue: 'OK' });
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'x' }));
    await clock.advance(MINUTE - 1);
    expect(await described()).toMatchObject({ StateValue: 'OK' });
    await clock.advance(1);
    const inAlarm = await described();
    expect(inAlarm).toMatchObject({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date(clock.now()) });
    expect(inAlarm?.StateReason).toMatch(
      /^Threshold Crossed: 1 datapoint \[1\.0 \(.+\)\] was greater than the threshold \(0\.0\)\.$/,
    );
    expect(JSON.parse(inAlarm?.StateReasonData ?? '')).toMatchObject({ recentDatapoints: [1], statistic: 'Maximum' });
  });

  it('tell of each change of their state on the default bus', async () => {
    const told = await events();
    expect(told.map(({ detail }) => detail)).toMatchObject([
      { alarmName: 'letters-wait', state: { value: 'OK' }, previousState: { value: 'INSUFFICIENT_DATA' } },
      {
        state: { value: 'ALARM', reason: expect.stringContaining('greater than') },
        previousState: { value: 'OK' },
        configuration: {
          description: 'look at them',
          metrics: [
            {
              metricStat: {
                metric: {
                  namespace: 'AWS/SQS',
                  name: 'ApproximateNumberOfMessagesVisible',
                  dimensions: { QueueName: 'letters' },
                },
                period: 60,
                stat: 'Maximum',
              },
            },
          ],
        },
      },
    ]);
    expect(told[0]?.resources).toEqual(['arn:aws:cloudwatch:eu-west-1:000000000000:alarm:letters-wait']);
  });

  it('keep their state over a restart, and go on', async () => {
    await aws.restart();
    connect();
    expect(await described()).toMatchObject({ StateValue: 'ALARM' });
    await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
    await clock.advance(MINUTE);
    expect(await described()).toMatchObject({ StateValue: 'OK' });
    expect((await events()).map(({ detail }) => detail)).toMatchObject([{ state: { value: 'OK' } }]);
  });

  it('measure the age of the oldest message, in seconds', async () => {
    const MetricName = 'ApproximateAgeOfOldestMessage';
    await put({ AlarmName: 'letters-old', MetricName, Threshold: 150, EvaluationPeriods: 2, DatapointsToAlarm: 1 });
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'x' }));
    await clock.advance(2 * MINUTE);
    expect(await described('letters-old')).toMatchObject({ StateValue: 'OK' });
    await clock.advance(MINUTE);
    expect(await described('letters-old')).toMatchObject({ StateValue: 'ALARM' });
  });

  it('are put into a state for a test until the next evaluation', async () => {
    await clock.advance(MINUTE);
    await put();
    const StateReasonData = '{"by":"hand"}';
    await cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: 'letters-wait', StateValue: 'OK', StateReason: 'a test', StateReasonData }),
    );
    expect(await described()).toMatchObject({ StateValue: 'OK', StateReason: 'a test', StateReasonData });
    await clock.advance(MINUTE);
    expect(await described()).toMatchObject({ StateValue: 'ALARM' });
  });

  it('are found by prefix and state, page by page, and are gone once they are deleted', async () => {
    await put({ AlarmName: 'other' });
    const names = async (query: object) => {
      const { MetricAlarms = [], NextToken } = await cloudWatch.send(new DescribeAlarmsCommand(query));
      return { names: MetricAlarms.map(({ AlarmName }) => AlarmName), NextToken };
    };
    const first = await names({ MaxRecords: 2 });
    expect(first.names).toEqual(['letters-old', 'letters-wait']);
    expect(await names({ MaxRecords: 2, NextToken: first.NextToken })).toEqual({
      names: ['other'],
      NextToken: undefined,
    });
    expect((await names({ StateValue: 'ALARM' })).names).toEqual(['letters-old', 'letters-wait']);
    expect((await names({ AlarmNamePrefix: 'letters-o' })).names).toEqual(['letters-old']);
    const gone = new DeleteAlarmsCommand({ AlarmNames: ['letters-old', 'nobody'] });
    await expect(cloudWatch.send(gone)).rejects.toMatchObject({ name: 'ResourceNotFound' });
    await cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: ['letters-old', 'letters-wait'] }));
    expect((await names({})).names).toEqual(['other']);
  });

  it.each<[Partial<PutMetricAlarmCommandInput>, string, string]>([
    [{ Period: 45 }, 'ValidationException', 'Period must be 10, 20, 30 or a multiple of 60'],
    [{ EvaluationPeriods: 0 }, 'ValidationException', 'Member must have value greater than or equal to 1'],
    [{ DatapointsToAlarm: 0 }, 'ValidationException', 'Member must have value greater than or equal to 1'],
    [
      { Period: 60, EvaluationPeriods: 1441 },
      'ValidationException',
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for alarms using period < 3600',
    ],
    [
      { Period: 86_400, EvaluationPeriods: 8 },
      'ValidationException',
      'Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for alarms using period >= 3600',
    ],
    [{ Period: 3600, EvaluationPeriods: 25 }, 'NotImplemented', 'more than a day'],
    [
      { DatapointsToAlarm: 2 },
      'ValidationException',
      'DatapointsToAlarm must be less than or equal to EvaluationPeriods',
    ],
    [
      { TreatMissingData: 'whatever' },
      'ValidationException',
      'Supported values for TreatMissingData are breaching, notBreaching, ignore, and missing.',
    ],
    [{ Statistic: undefined }, 'ValidationException', 'PutMetricAlarm request should have a Statistic parameter'],
    [{ Period: undefined }, 'ValidationException', 'PutMetricAlarm request should have a Period parameter'],
    [{ Threshold: undefined }, 'ValidationException', 'PutMetricAlarm request should have valid Threshold parameter'],
    [{ MetricName: undefined }, 'ValidationException', 'MetricName must not be null'],
    [{ Statistic: 'Median' as Statistic }, 'ValidationException', 'Member must satisfy enum value set: [SampleCount, '],
    [{ Period: 10 }, 'NotImplemented', 'high-resolution'],
    [{ Statistic: undefined, ExtendedStatistic: 'p99' }, 'NotImplemented', 'ExtendedStatistic'],
  ])('are refused when they make no sense: %o', async (changes, name, words) => {
    await expect(put(changes)).rejects.toMatchObject({ name, message: expect.stringContaining(words) });
  });

  it('that are not there have no state to set', async () => {
    const unknown = new SetAlarmStateCommand({ AlarmName: 'nobody', StateValue: 'OK', StateReason: 'x' });
    await expect(cloudWatch.send(unknown)).rejects.toMatchObject({ name: 'ResourceNotFound' });
    await put({ AlarmName: 'broken' });
    const other = { AlarmName: 'broken', StateValue: 'RED' as StateValue, StateReason: 'x' };
    await expect(cloudWatch.send(new SetAlarmStateCommand(other))).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'RED' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]",
    });
    const noJson = { AlarmName: 'broken', StateValue: 'OK' as const, StateReason: 'x', StateReasonData: '{' };
    await expect(cloudWatch.send(new SetAlarmStateCommand(noJson))).rejects.toMatchObject({
      name: 'InvalidFormatFault',
    });
  });
});
