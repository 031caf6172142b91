import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeArchiveCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
  TestEventPatternCommand,
  UpdateArchiveCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

const BUS = 'arn:aws:events:eu-west-1:000000000000:event-bus/line';
const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:q';
const manyPaths = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, '$']));

describe('EventBridge rules', () => {
  let aws: TestAws;
  let events: EventBridgeClient;

  beforeAll(async () => {
    aws = await startAws();
    events = aws.client(EventBridgeClient);
    await events.send(new CreateEventBusCommand({ Name: 'line', Description: 'of parts' }));
  });
  afterAll(() => aws.close());

  const pattern = JSON.stringify({ source: ['app'] });

  it('have ARNs that tell the default bus from others', async () => {
    const make = (EventBusName?: string) =>
      events.send(new PutRuleCommand({ Name: 'arn', EventBusName, EventPattern: pattern }));
    expect((await make()).RuleArn).toBe('arn:aws:events:eu-west-1:000000000000:rule/arn');
    expect((await make('line')).RuleArn).toBe('arn:aws:events:eu-west-1:000000000000:rule/line/arn');
  });

  it('are replaced as a whole, but keep their targets', async () => {
    await events.send(new PutRuleCommand({ Name: 'whole', EventPattern: pattern, Description: 'first' }));
    await events.send(new PutTargetsCommand({ Rule: 'whole', Targets: [{ Id: 'a', Arn: QUEUE }] }));
    await events.send(new PutRuleCommand({ Name: 'whole', EventPattern: pattern, State: 'DISABLED' }));
    const rule = await events.send(new DescribeRuleCommand({ Name: 'whole' }));
    expect(rule).toMatchObject({ State: 'DISABLED', EventPattern: pattern, EventBusName: 'default' });
    expect(rule.Description).toBeUndefined();
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: 'whole' }));
    expect(Targets).toEqual([{ Id: 'a', Arn: QUEUE }]);
  });

  it('are listed by prefix, by page and by target', async () => {
    for (const name of ['list-a', 'list-b', 'list-c']) {
      await events.send(new PutRuleCommand({ Name: name, EventBusName: 'line', EventPattern: pattern }));
      await events.send(
        new PutTargetsCommand({ Rule: name, EventBusName: 'line', Targets: [{ Id: 't', Arn: `${QUEUE}-${name}` }] }),
      );
    }
    const list = (NextToken?: string) =>
      events.send(new ListRulesCommand({ EventBusName: 'line', NamePrefix: 'list-', Limit: 2, NextToken }));
    const first = await list();
    expect(first.Rules?.map(({ Name }) => Name)).toEqual(['list-a', 'list-b']);
    const second = await list(first.NextToken);
    expect(second.Rules?.map(({ Name }) => Name)).toEqual(['list-c']);
    expect(second.NextToken).toBeUndefined();
    const named = await events.send(
      new ListRuleNamesByTargetCommand({ EventBusName: 'line', TargetArn: `${QUEUE}-list-b` }),
    );
    expect(named.RuleNames).toEqual(['list-b']);
  });

  it('are deleted only without targets, and then as often as one likes', async () => {
    await events.send(new PutRuleCommand({ Name: 'gone', EventPattern: pattern }));
    await events.send(new PutTargetsCommand({ Rule: 'gone', Targets: [{ Id: 'a', Arn: QUEUE }] }));
    const remove = () => events.send(new DeleteRuleCommand({ Name: 'gone' }));
    await expect(remove()).rejects.toThrow("Rule can't be deleted since it has targets.");
    const removed = await events.send(new RemoveTargetsCommand({ Rule: 'gone', Ids: ['a', 'b'] }));
    expect(removed).toMatchObject({ FailedEntryCount: 1, FailedEntries: [{ TargetId: 'b' }] });
    await remove();
    await remove();
    await expect(events.send(new DisableRuleCommand({ Name: 'gone' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Rule gone does not exist on EventBus default.',
    });
  });

  it.each([
    [{ Name: 'bad' }, /EventPattern or ScheduleExpression must be specified/],
    [{ Name: 'bad name', EventPattern: pattern }, /regular expression/],
    [{ Name: 'bad', EventPattern: '{"a":[{"regex":"x"}]}' }, /Unrecognized match type regex/],
    [{ Name: 'bad', ScheduleExpression: 'every day' }, /ScheduleExpression is not valid/],
    [{ Name: 'bad', ScheduleExpression: 'rate(1 day)', EventBusName: 'line' }, /only on the default event bus/],
    [{ Name: 'bad', EventPattern: pattern, EventBusName: 'nowhere' }, /Event bus nowhere does not exist/],
  ])('are refused: %o', async (input, reason) => {
    await expect(events.send(new PutRuleCommand(input))).rejects.toThrow(reason);
  });

  it.each<[Partial<Target>, RegExp]>([
    [{ Arn: 'no-arn' }, /is not an ARN/],
    [{ Arn: 'arn:aws:sns:eu-west-1:000000000000:t' }, /of the service sns/],
    [{ Arn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:m' }, /RoleArn is required/],
    [{ Arn: QUEUE, Input: '{}', InputPath: '$.detail' }, /Only one of/],
    [{ Arn: QUEUE, Input: 'no json' }, /valid JSON/],
    [{ Arn: QUEUE, InputPath: 'detail' }, /InvalidInputPath/],
    [{ Arn: QUEUE, RetryPolicy: { MaximumRetryAttempts: 186 } }, /between 0 and 185/],
    [{ Arn: QUEUE, RetryPolicy: { MaximumEventAgeInSeconds: 59 } }, /between 60 and 86400/],
    [{ Arn: QUEUE, RetryPolicy: { MaximumRetryAttempts: -1 } }, /between 0 and 185/],
    [{ Arn: QUEUE, RetryPolicy: { MaximumEventAgeInSeconds: 86_401 } }, /between 60 and 86400/],
    [
      { Arn: QUEUE, DeadLetterConfig: { Arn: 'arn:aws:sns:eu-west-1:000000000000:t' } },
      /must name an Amazon SQS queue/,
    ],
    [{ Arn: QUEUE, Input: `"${'x'.repeat(8192)}"` }, /'targets.1.member.input' .*8192/],
    [{ Arn: QUEUE, InputPath: `$.${'x'.repeat(256)}` }, /inputPath' .*256/],
    [{ Arn: QUEUE, InputTransformer: { InputTemplate: 'x'.repeat(8193) } }, /inputTemplate' .*8192/],
    [{ Arn: QUEUE, InputTransformer: { InputPathsMap: manyPaths(101), InputTemplate: 'x' } }, /inputPathsMap' .*100/],
    [{ Arn: QUEUE, InputTransformer: { InputPathsMap: { a: 'b' }, InputTemplate: '<a>' } }, /InvalidInputPath: b/],
    [{ Arn: QUEUE, EcsParameters: { TaskDefinitionArn: 'x' } }, /EcsParameters/],
  ])('refuse the target %o', async (target, reason) => {
    await events.send(new PutRuleCommand({ Name: 'targets', EventPattern: pattern }));
    const Targets = [{ Id: 't', Arn: QUEUE, ...target }];
    await expect(events.send(new PutTargetsCommand({ Rule: 'targets', Targets }))).rejects.toThrow(reason);
  });

  it('take at most ten targets a call, and only where they are themselves', async () => {
    await events.send(new PutRuleCommand({ Name: 'ten', EventPattern: pattern }));
    const put = (Rule: string, count: number) =>
      events.send(
        new PutTargetsCommand({ Rule, Targets: Array.from({ length: count }, () => ({ Id: 'same', Arn: QUEUE })) }),
      );
    await expect(put('ten', 11)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put('ten', 0)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put('absent', 1)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(events.send(new RemoveTargetsCommand({ Rule: 'absent', Ids: ['a'] }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(events.send(new ListTargetsByRuleCommand({ Rule: 'absent' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await put('ten', 10);
    expect((await events.send(new ListTargetsByRuleCommand({ Rule: 'ten' }))).Targets).toHaveLength(1);
  });

  it.each([
    ['a value that is no array', '{"source":"app"}', 'must be an object or an array'],
    ['an empty array', '{"source":[]}', 'Empty arrays are not allowed'],
    ['an empty object', '{"detail":{}}', 'Empty objects are not allowed'],
    ['no JSON', '{"source":', 'Invalid JSON'],
    [
      'too many alternatives',
      `{${'abcdefghijk'.replace(/./g, (at) => `"${at}":{"$or":[{"x":[1]},{"y":[2]}]},`)}"source":["app"]}`,
      'too complex',
    ],
    ['more than 4096 characters', `{"source":["${'x'.repeat(4096)}"]}`, 'less than or equal to 4096'],
  ])('refuse a pattern with %s', async (_, EventPattern, reason) => {
    const error = await events.send(new PutRuleCommand({ Name: 'bad', EventPattern })).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ message: expect.stringContaining(reason) });
    expect(['InvalidEventPatternException', 'ValidationException']).toContain(Reflect.get(Object(error), 'name'));
    await expect(events.send(new DescribeRuleCommand({ Name: 'bad' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it.each([
    ['a name that is too long', { ArchiveName: 'x'.repeat(49) }, 'ValidationException'],
    ['a bus that is not there', { EventSourceArn: `${BUS}s` }, 'ResourceNotFoundException'],
    ['a pattern that is none', { EventPattern: '{"source":[{"like":"x"}]}' }, 'InvalidEventPatternException'],
    ['days below zero', { RetentionDays: -1 }, 'ValidationException'],
    ['a name twice', { ArchiveName: 'twice' }, 'ResourceAlreadyExistsException'],
  ])('have archives beside them, not with %s', async (_, part, name) => {
    const archive = { ArchiveName: 'twice', EventSourceArn: BUS };
    if ('ArchiveName' in part && part.ArchiveName === 'twice') await events.send(new CreateArchiveCommand(archive));
    const create = events.send(new CreateArchiveCommand({ ...archive, ArchiveName: 'new', ...part }));
    await expect(create).rejects.toMatchObject({ name });
  });

  it('and archives that are not there are not found', async () => {
    for (const command of [
      () => events.send(new DescribeArchiveCommand({ ArchiveName: 'absent' })),
      () => events.send(new DeleteArchiveCommand({ ArchiveName: 'absent' })),
      () => events.send(new UpdateArchiveCommand({ ArchiveName: 'absent' })),
    ])
      await expect(command()).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: 'Archive absent does not exist.',
      });
  });

  it('have at most five targets', async () => {
    await events.send(new PutRuleCommand({ Name: 'five', EventPattern: pattern }));
    const Targets = Array.from({ length: 6 }, (_, index) => ({ Id: `t${index}`, Arn: QUEUE }));
    await expect(events.send(new PutTargetsCommand({ Rule: 'five', Targets }))).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
  });

  it('test a pattern against an event', async () => {
    const event = {
      id: '1',
      account: '1',
      source: 'app',
      time: '2026-01-01T00:00:00Z',
      region: 'r',
      'detail-type': 'x',
    };
    const test = (Event: string) => events.send(new TestEventPatternCommand({ EventPattern: pattern, Event }));
    expect((await test(JSON.stringify(event))).Result).toBe(true);
    expect((await test(JSON.stringify({ ...event, source: 'other' }))).Result).toBe(false);
    await expect(test('[]')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('go with their bus', async () => {
    await events.send(new CreateEventBusCommand({ Name: 'short-lived' }));
    await expect(events.send(new CreateEventBusCommand({ Name: 'short-lived' }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    await events.send(new PutRuleCommand({ Name: 'r', EventBusName: 'short-lived', EventPattern: pattern }));
    const { EventBuses } = await events.send(new ListEventBusesCommand({ NamePrefix: 'short' }));
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(['short-lived']);
    await events.send(new DeleteEventBusCommand({ Name: 'short-lived' }));
    await expect(events.send(new DescribeEventBusCommand({ Name: 'short-lived' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect((await events.send(new DescribeEventBusCommand({ Name: 'line' }))).Description).toBe('of parts');
  });
});
