import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DescribeArchiveCommand,
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openToRules, startAws, type TestAws } from '../../test/harness.ts';
import { type ManualClock, manualClock } from '../kernel/clock.ts';

const DAY = 86_400_000;

describe('EventBridge events', () => {
  let aws: TestAws;
  let events: EventBridgeClient;
  let sqs: SQSClient;
  let clock: ManualClock;
  let reports: string[];
  let next = 0;

  beforeAll(async () => {
    clock = manualClock();
    reports = [];
    aws = await startAws({ clock, report: (message) => reports.push(message), openRoles: ['forwarder'] });
    events = aws.client(EventBridgeClient);
    sqs = aws.client(SQSClient);
  });
  afterAll(() => aws.close());

  /** A queue that rules may send to, or no one. */
  async function queue({ open = true } = {}) {
    const name = `events-${next++}`;
    const arn = `arn:aws:sqs:eu-west-1:000000000000:${name}`;
    const Attributes = open ? openToRules(name) : {};
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    return { QueueUrl, arn };
  }

  async function bus(): Promise<string> {
    const Name = `bus-${next++}`;
    await events.send(new CreateEventBusCommand({ Name }));
    return Name;
  }

  async function rule(EventBusName: string, pattern: unknown, target: Omit<Target, 'Id'>): Promise<string> {
    const Name = `rule-${next++}`;
    const EventPattern = JSON.stringify(pattern);
    const { RuleArn = '' } = await events.send(new PutRuleCommand({ Name, EventBusName, EventPattern }));
    await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets: [{ Id: 't', ...target }] }));
    return RuleArn;
  }

  const put = (EventBusName: string, ...entries: Partial<PutEventsRequestEntry>[]) =>
    events.send(
      new PutEventsCommand({
        Entries: entries.map((entry) => ({ EventBusName, Source: 'app', DetailType: 'Said', Detail: '{}', ...entry })),
      }),
    );

  async function receive(QueueUrl: string): Promise<Message[]> {
    const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
    return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
  }

  async function awaited(QueueUrl: string): Promise<Message> {
    for (;;) {
      const [message] = await receive(QueueUrl);
      if (message) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
        return message;
      }
      await clock.advance(0);
    }
  }

  it('reach the targets of the rules that match, in the documented envelope', async () => {
    const name = await bus();
    const wanted = await queue();
    const unwanted = await queue();
    await rule(name, { source: ['app'], detail: { size: [{ numeric: ['>', 10] }] } }, { Arn: wanted.arn });
    await rule(name, { source: ['app'], detail: { size: [{ numeric: ['>', 100] }] } }, { Arn: unwanted.arn });
    const { Entries } = await put(name, {
      Detail: '{"size":12}',
      Resources: ['arn:x'],
      Time: new Date('2026-03-04T08:15:30.700Z'),
    });
    expect(JSON.parse((await awaited(wanted.QueueUrl)).Body ?? '')).toEqual({
      version: '0',
      id: Entries?.[0]?.EventId,
      'detail-type': 'Said',
      source: 'app',
      account: '000000000000',
      time: '2026-03-04T08:15:30Z',
      region: 'eu-west-1',
      resources: ['arn:x'],
      detail: { size: 12 },
    });
    expect(await receive(unwanted.QueueUrl)).toEqual([]);
  });

  it('are refused one by one, in the order of the request', async () => {
    const name = await bus();
    const answer = await put(
      name,
      {},
      { Source: undefined },
      { DetailType: '' },
      { Detail: undefined },
      { Detail: '[1]' },
      { Detail: '{oops' },
      { Source: 'aws.s3' },
      { DetailType: 'x'.repeat(129) },
      { Detail: `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}` },
    );
    expect(answer.FailedEntryCount).toBe(8);
    expect(
      answer.Entries?.map(({ EventId, ErrorCode, ErrorMessage }) => (EventId ? 'taken' : [ErrorCode, ErrorMessage])),
    ).toEqual([
      'taken',
      ['InvalidArgument', 'Parameter Source is not valid. Reason: Source is a required argument.'],
      ['InvalidArgument', 'Parameter DetailType is not valid. Reason: DetailType is a required argument.'],
      ['InvalidArgument', 'Parameter Detail is not valid. Reason: Detail is a required argument.'],
      ['MalformedDetail', 'Detail is malformed.'],
      ['MalformedDetail', 'Detail is malformed.'],
      ['NotAuthorizedForSourceException', 'Not authorized for the source.'],
      ['InvalidArgument', expect.stringContaining('at most 128 characters')],
      ['MalformedDetail', 'Detail is malformed.'],
    ]);
  });

  it('vanish on a bus that is not there, and are refused together when they are too many or too large', async () => {
    expect((await put('nowhere', {})).FailedEntryCount).toBe(0);
    await expect(put('default', ...Array(11).fill({}))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put('default')).rejects.toMatchObject({ name: 'ValidationException' });
    const Detail = JSON.stringify({ text: 'x'.repeat(262_144) });
    await expect(put('default', { Detail })).rejects.toMatchObject({
      message: 'Total size of the entries in the request is over the limit.',
    });
  });

  it('go to the dead-letter queue at once when the target is not there', async () => {
    const name = await bus();
    const deadLetters = await queue();
    const Arn = 'arn:aws:sqs:eu-west-1:000000000000:absent';
    const ruleArn = await rule(
      name,
      { source: ['app'] },
      { Arn, DeadLetterConfig: { Arn: deadLetters.arn }, Input: '{"x":1}' },
    );
    const { Entries } = await put(name, {});
    const message = await awaited(deadLetters.QueueUrl);
    expect(JSON.parse(message.Body ?? '').id).toBe(Entries?.[0]?.EventId);
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    expect(message.MessageAttributes).toEqual({
      RULE_ARN: text(ruleArn),
      TARGET_ARN: text(Arn),
      ERROR_CODE: text('NO_RESOURCE'),
      ERROR_MESSAGE: text('The specified queue does not exist.'),
      RETRY_ATTEMPTS: text('0'),
    });
  });

  it('go to the dead-letter queue at once when the target’s policy does not let the rule in', async () => {
    const name = await bus();
    const [closed, deadLetters] = [await queue({ open: false }), await queue()];
    const arn = await rule(name, { source: ['app'] }, { Arn: closed.arn, DeadLetterConfig: { Arn: deadLetters.arn } });
    await put(name, {});
    const { MessageAttributes } = await awaited(deadLetters.QueueUrl);
    expect(MessageAttributes).toMatchObject({
      RULE_ARN: { StringValue: arn },
      TARGET_ARN: { StringValue: closed.arn },
      ERROR_CODE: { StringValue: 'NO_PERMISSIONS' },
      ERROR_MESSAGE: {
        StringValue: `User: events.amazonaws.com is not authorized to perform: sqs:SendMessage on resource: ${closed.arn} because no resource-based policy allows the sqs:SendMessage action`,
      },
      RETRY_ATTEMPTS: { StringValue: '0' },
    });
  });

  it('are reported when they are dropped', async () => {
    const name = await bus();
    await rule(name, { source: ['app'] }, { Arn: 'arn:aws:lambda:eu-west-1:000000000000:function:absent' });
    await put(name, {});
    while (!reports.some((report) => /NO_RESOURCE.*no DeadLetterConfig/s.test(report))) await clock.advance(0);
  });

  it('pass on to another bus', async () => {
    const [first, second] = [await bus(), await bus()];
    const { QueueUrl, arn } = await queue();
    await rule(
      first,
      { source: ['app'] },
      {
        Arn: `arn:aws:events:eu-west-1:000000000000:event-bus/${second}`,
        RoleArn: 'arn:aws:iam::000000000000:role/forwarder',
      },
    );
    await rule(second, { source: ['app'] }, { Arn: arn, InputPath: '$.detail' });
    await put(first, { Detail: '{"far":true}' });
    expect((await awaited(QueueUrl)).Body).toBe('{"far":true}');
  });

  it('are recorded by the archives of their bus, as far as the pattern says', async () => {
    const name = await bus();
    const EventSourceArn = `arn:aws:events:eu-west-1:000000000000:event-bus/${name}`;
    const pattern = JSON.stringify({ 'detail-type': ['Kept'] });
    await events.send(new CreateArchiveCommand({ ArchiveName: 'all', EventSourceArn, RetentionDays: 1 }));
    await events.send(new CreateArchiveCommand({ ArchiveName: 'some', EventSourceArn, EventPattern: pattern }));
    const count = async (ArchiveName: string) =>
      (await events.send(new DescribeArchiveCommand({ ArchiveName }))).EventCount;
    await put(name, { DetailType: 'Kept' }, { DetailType: 'Other' });
    expect([await count('all'), await count('some')]).toEqual([2, 1]);
    await clock.advance(2 * DAY);
    await put(name, { DetailType: 'Other' });
    expect([await count('all'), await count('some')]).toEqual([1, 1]);
  });

  it('of schedules fire when they are due, over a restart too', async () => {
    const { QueueUrl, arn } = await queue();
    const start = clock.now();
    const rule = { Name: 'ticking', ScheduleExpression: 'rate(10 minutes)' };
    const { RuleArn } = await events.send(new PutRuleCommand(rule));
    await events.send(new PutTargetsCommand({ Rule: 'ticking', Targets: [{ Id: 't', Arn: arn }] }));
    await clock.advance(9 * 60_000);
    expect(await receive(QueueUrl)).toEqual([]);
    await events.send(new PutRuleCommand(rule));
    await aws.restart();
    events = aws.client(EventBridgeClient);
    sqs = aws.client(SQSClient);
    await clock.advance(60_000);
    expect(JSON.parse((await awaited(QueueUrl)).Body ?? '')).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      resources: [RuleArn],
      time: `${new Date(start + 600_000).toISOString().slice(0, 19)}Z`,
      detail: {},
    });
    await events.send(new PutRuleCommand({ ...rule, State: 'DISABLED' }));
    await clock.advance(DAY);
    expect(await receive(QueueUrl)).toHaveLength(0);
  });

  it('arrive as often and as late as a test wants it', async () => {
    const eventDelivery = { copies: () => 2, delay: () => 5000 };
    const harsh = await startAws({ clock, eventDelivery });
    try {
      const queues = harsh.client(SQSClient);
      const { QueueUrl } = await queues.send(
        new CreateQueueCommand({ QueueName: 'twice', Attributes: openToRules('twice') }),
      );
      const bus = harsh.client(EventBridgeClient);
      await bus.send(new PutRuleCommand({ Name: 'twice', EventPattern: JSON.stringify({ source: ['app'] }) }));
      const Targets = [{ Id: 't', Arn: 'arn:aws:sqs:eu-west-1:000000000000:twice' }];
      await bus.send(new PutTargetsCommand({ Rule: 'twice', Targets }));
      await bus.send(new PutEventsCommand({ Entries: [{ Source: 'app', DetailType: 'Said', Detail: '{}' }] }));
      const take = async () => (await queues.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? [];
      expect(await take()).toEqual([]);
      await clock.advance(5000);
      const bodies: unknown[] = [];
      while (bodies.length < 2) bodies.push(...(await take()).map(({ Body }) => Body));
      expect(new Set(bodies).size).toBe(1);
    } finally {
      await harsh.close();
    }
  });

  it('of AWS services arrive on the default bus', async () => {
    const { QueueUrl, arn } = await queue();
    await rule('default', { source: ['aws.s3'] }, { Arn: arn });
    aws.aws.kernel.emitEvent({ source: 'aws.s3', detailType: 'Object Created', detail: { version: '0' } });
    expect(JSON.parse((await awaited(QueueUrl)).Body ?? '')).toMatchObject({
      source: 'aws.s3',
      detail: { version: '0' },
    });
  });

  it('are held only against rules that name their source', async () => {
    const name = await bus();
    for (let index = 0; index < 300; index++)
      await events.send(
        new PutRuleCommand({
          Name: `other-${index}`,
          EventBusName: name,
          EventPattern: JSON.stringify({ source: [`other.${index}`], detail: { x: [{ wildcard: '*a*b*c*' }] } }),
        }),
      );
    const { QueueUrl, arn } = await queue();
    await rule(name, { source: ['app'] }, { Arn: arn });
    await put(name, { Detail: JSON.stringify({ x: 'a'.repeat(100_000) }) });
    await awaited(QueueUrl);
  });
});
