import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CancelReplayCommand,
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  ListReplaysCommand,
  type ListReplaysCommandInput,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
  type StartReplayCommandInput,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openToRules, startAws, type TestAws } from '../../test/harness.ts';
import { type ManualClock, manualClock } from '../kernel/clock.ts';

const BUS = 'arn:aws:events:eu-west-1:000000000000:event-bus/line';
const ARCHIVE = 'arn:aws:events:eu-west-1:000000000000:archive/line';
const MINUTE = 60_000;
const BEGIN = Date.parse('2026-01-01T08:00:00Z');
const me = { kind: 'administrator' as const, arn: 'arn:aws:iam::000000000000:user/a', account: '000000000000' };
/** An event a second. */
const EVENTS = 500;

describe('a replay', () => {
  let aws: TestAws;
  let events: EventBridgeClient;
  let clock: ManualClock;
  const rules: Record<string, string> = {};

  beforeAll(async () => {
    clock = manualClock(BEGIN + 60 * MINUTE);
    aws = await startAws({ clock });
    events = aws.client(EventBridgeClient);
    for (const Name of ['line', 'other']) await events.send(new CreateEventBusCommand({ Name }));
    await events.send(new CreateArchiveCommand({ ArchiveName: 'line', EventSourceArn: BUS }));
    for (let first = 0; first < EVENTS; first += 10) {
      const Entries = Array.from({ length: 10 }, (_, index) => ({
        EventBusName: 'line',
        Source: 'app',
        DetailType: (first + index) % 2 ? 'Odd' : 'Even',
        Detail: JSON.stringify({ number: first + index }),
        Time: new Date(BEGIN + (first + index) * 1000),
      }));
      await events.send(new PutEventsCommand({ Entries }));
    }
    // Only now, so that nothing but replays reaches the queues.
    await rule('odd', { 'detail-type': ['Odd'] });
    await rule('all', { source: ['app'] });
    await rule('new', { source: ['app'], 'replay-name': [{ exists: false }] });
  });
  afterAll(() => aws.close());

  async function rule(Name: string, pattern: unknown): Promise<void> {
    await aws.client(SQSClient).send(new CreateQueueCommand({ QueueName: Name, Attributes: openToRules(Name) }));
    const EventPattern = JSON.stringify(pattern);
    const { RuleArn = '' } = await events.send(new PutRuleCommand({ Name, EventBusName: 'line', EventPattern }));
    rules[Name] = RuleArn;
    const Targets = [{ Id: 't', Arn: `arn:aws:sqs:eu-west-1:000000000000:${Name}` }];
    await events.send(new PutTargetsCommand({ Rule: Name, EventBusName: 'line', Targets }));
  }

  const input = (ReplayName: string, part: Partial<StartReplayCommandInput> = {}): StartReplayCommandInput => ({
    ReplayName,
    EventSourceArn: ARCHIVE,
    EventStartTime: new Date(BEGIN),
    EventEndTime: new Date(BEGIN + 60 * MINUTE),
    Destination: { Arn: BUS },
    ...part,
  });
  const start = (name: string, part?: Partial<StartReplayCommandInput>) =>
    events.send(new StartReplayCommand(input(name, part)));
  const describeReplay = (ReplayName: string, client = events) =>
    client.send(new DescribeReplayCommand({ ReplayName }));

  async function ended(name: string, client = events) {
    for (;;) {
      const replay = await describeReplay(name, client);
      if (replay.ReplayEndTime) return replay;
    }
  }

  /** What is in a queue, emptying it: until it has been quiet for three looks with nothing on its way to it. */
  async function drained(QueueName: string, least: number, from = aws): Promise<Message[]> {
    const sqs = from.client(SQSClient);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const messages: Message[] = [];
    for (let quiet = 0; messages.length < least || quiet < 3; ) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      quiet = Messages.length === 0 ? quiet + 1 : 0;
      messages.push(...Messages);
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `m${index}`, ReceiptHandle }));
      if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
    return messages;
  }
  const bodies = (messages: Message[]) => messages.map(({ Body = '' }) => JSON.parse(Body));
  const numbers = (messages: Message[]): number[] =>
    bodies(messages)
      .map(({ detail }) => detail.number)
      .sort((a, b) => a - b);

  it('brings the events of its time back as they were, to the rules that it names', async () => {
    const EventStartTime = new Date(BEGIN + 2 * MINUTE);
    const EventEndTime = new Date(BEGIN + 3 * MINUTE);
    const Destination = { Arn: BUS, FilterArns: [rules.odd ?? ''] };
    const started = await start('odd-minute', { EventStartTime, EventEndTime, Destination, Description: 'one minute' });
    expect(started).toMatchObject({
      State: 'STARTING',
      ReplayArn: 'arn:aws:events:eu-west-1:000000000000:replay/odd-minute',
      ReplayStartTime: new Date(clock.now()),
    });
    expect(await ended('odd-minute')).toMatchObject({
      ReplayName: 'odd-minute',
      Description: 'one minute',
      State: 'COMPLETED',
      EventSourceArn: ARCHIVE,
      Destination,
      EventStartTime,
      EventEndTime,
      EventLastReplayedTime: EventEndTime,
    });
    const messages = await drained('odd', 30);
    expect(numbers(messages)).toEqual(Array.from({ length: 30 }, (_, index) => 121 + 2 * index));
    expect(bodies(messages).find(({ detail }) => detail.number === 121)).toMatchObject({
      'detail-type': 'Odd',
      source: 'app',
      time: '2026-01-01T08:02:01Z',
      'replay-name': 'odd-minute',
    });
    expect(await drained('all', 0)).toEqual([]);
  });

  it('of many pages brings each once, is recorded by no archive, and passes rules that want what is new', async () => {
    await start('everything');
    await ended('everything');
    expect(numbers(await drained('all', EVENTS))).toEqual(Array.from({ length: EVENTS }, (_, index) => index));
    expect(numbers(await drained('odd', EVENTS / 2))).toHaveLength(EVENTS / 2);
    expect(await drained('new', 0)).toEqual([]);
    const { EventCount } = await events.send(new DescribeArchiveCommand({ ArchiveName: 'line' }));
    expect(EventCount).toBe(EVENTS);
  });

  it('goes on after the process was killed in the middle', async () => {
    await start('interrupted', { Destination: { Arn: BUS, FilterArns: [rules.all ?? ''] } });
    while (!(await describeReplay('interrupted')).EventLastReplayedTime);
    // What a new process finds that starts on the disk as it is now.
    const dataDir = mkdtempSync(join(tmpdir(), 'replay-killed-'));
    cpSync(aws.dataDir, dataDir, { recursive: true });
    await ended('interrupted');
    await drained('all', EVENTS);
    const other = await startAws({ dataDir, clock, report: () => undefined });
    try {
      const client = other.client(EventBridgeClient);
      expect(await ended('interrupted', client)).toMatchObject({ State: 'COMPLETED' });
      const arrived = new Set(numbers(await drained('all', EVENTS, other)));
      expect(arrived.size).toBe(EVENTS);
    } finally {
      await other.close();
      rmSync(dataDir, { recursive: true });
    }
  });

  it('is cancelled while it runs, and only then', async () => {
    const { kernel } = aws.aws;
    // Both in one turn: nothing of it has run yet.
    const [, cancelled] = await Promise.all([
      kernel.call('eventbridge', 'StartReplay', input('cancelled'), me),
      kernel.call('eventbridge', 'CancelReplay', { ReplayName: 'cancelled' }, me),
    ]);
    expect(cancelled).toMatchObject({ State: 'CANCELLING' });
    expect(await ended('cancelled')).toMatchObject({ State: 'CANCELLED' });
    for (const ReplayName of ['cancelled', 'everything'])
      await expect(events.send(new CancelReplayCommand({ ReplayName }))).rejects.toMatchObject({
        name: 'IllegalStatusException',
        message: `Replay ${ReplayName} is not in a valid state for this operation.`,
      });
    expect(await drained('all', 0)).toEqual([]);
  });

  it('is one of ten at most that run', async () => {
    const { kernel } = aws.aws;
    const Destination = { Arn: BUS, FilterArns: [rules.new ?? ''] };
    const names = Array.from({ length: 11 }, (_, index) => `many-${index}`);
    const outcomes = await Promise.allSettled(
      names.map((name) => kernel.call('eventbridge', 'StartReplay', input(name, { Destination }), me)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([...Array(10).fill('fulfilled'), 'rejected']);
    expect(outcomes[10]).toMatchObject({ reason: { name: 'LimitExceededException' } });
    for (const name of names.slice(0, 10)) await ended(name);
  });

  it.each<[string, Partial<StartReplayCommandInput>, string, string]>([
    [
      'a name twice',
      { ReplayName: 'everything' },
      'ResourceAlreadyExistsException',
      'Replay everything already exists.',
    ],
    ['a name that is none', { ReplayName: 'with blank' }, 'ValidationException', 'regular expression'],
    [
      'no time',
      { EventEndTime: new Date(BEGIN) },
      'ValidationException',
      'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
    ],
    [
      'an archive that is not there',
      { EventSourceArn: `${ARCHIVE}s` },
      'ValidationException',
      'Parameter EventSourceArn is not valid. Reason: Archive lines does not exist.',
    ],
    [
      'a bus that is not there',
      { Destination: { Arn: `${BUS}s` } },
      'ResourceNotFoundException',
      'Event bus lines does not exist.',
    ],
    [
      'another bus than the archive’s',
      { Destination: { Arn: BUS.replace('line', 'other') } },
      'ValidationException',
      'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
    ],
    [
      'a destination that is no bus',
      { Destination: { Arn: 'arn:aws:sqs:eu-west-1:000000000000:all' } },
      'ValidationException',
      'Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.',
    ],
  ])('is refused for %s', async (_, part, name, message) => {
    const error = await start('refused', part).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name, message: expect.stringContaining(message) });
  });

  it('is listed by prefix, state or archive, one of them, page by page', async () => {
    const list = async (filter: ListReplaysCommandInput) =>
      (await events.send(new ListReplaysCommand(filter))).Replays?.map(({ ReplayName }) => ReplayName);
    expect(await list({ State: 'CANCELLED' })).toEqual(['cancelled']);
    expect(await list({ EventSourceArn: `${ARCHIVE}s` })).toEqual([]);
    const first = await events.send(new ListReplaysCommand({ NamePrefix: 'many-', Limit: 4 }));
    expect(first.Replays?.[0]).toMatchObject({ ReplayName: 'many-0', State: 'COMPLETED', EventSourceArn: ARCHIVE });
    const rest = await list({ NamePrefix: 'many-', NextToken: first.NextToken });
    expect([first.Replays?.length, rest?.length]).toEqual([4, 6]);
    await expect(list({ State: 'FAILED', NamePrefix: 'x' })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('fails when its archive goes, and is forgotten after 90 days', async () => {
    const { kernel } = aws.aws;
    await Promise.all([
      kernel.call('eventbridge', 'StartReplay', input('orphan'), me),
      events.send(new DeleteArchiveCommand({ ArchiveName: 'line' })),
    ]);
    const orphan = await ended('orphan');
    expect(orphan).toMatchObject({ State: 'FAILED', StateReason: 'Archive line does not exist.' });
    await clock.advance(90 * 24 * 60 * MINUTE);
    await expect(describeReplay('orphan')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Replay orphan does not exist.',
    });
    expect((await events.send(new ListReplaysCommand({}))).Replays).toEqual([]);
  });
});
