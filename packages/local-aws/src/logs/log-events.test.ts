import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

describe('CloudWatch Logs', () => {
  let aws: TestAws;
  let logs: CloudWatchLogsClient;
  const logGroupName = `/test/${Date.now()}`;
  const start = Date.now() - 60_000;

  beforeAll(async () => {
    aws = await startAws();
    logs = aws.client(CloudWatchLogsClient);
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    for (const logStreamName of ['one', 'two'])
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    const put = (logStreamName: string, messages: string[], offset: number) =>
      logs.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName,
          logEvents: messages.map((message, index) => ({ message, timestamp: start + offset + index * 10 })),
        }),
      );
    await put('one', ['START x', '{"level":"ERROR","n":5,"detail":{"id":"a-1"}}', 'END x'], 0);
    await put('two', ['{"level":"INFO","n":7,"detail":{"id":"a-2"}}', 'a plain ERROR line'], 5);
  });
  afterAll(() => aws.close());

  const filter = async (filterPattern?: string, options: object = {}) => {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern, ...options }));
    return events.map(({ message }) => message?.slice(0, 24));
  };

  it('reads all streams of a group in order of time', async () => {
    expect(await filter()).toEqual([
      'START x',
      '{"level":"INFO","n":7,"d',
      '{"level":"ERROR","n":5,"',
      'a plain ERROR line',
      'END x',
    ]);
    expect(await filter(undefined, { logStreamNames: ['two'], startTime: start + 10 })).toEqual(['a plain ERROR line']);
  });

  it('filters by terms, phrases and JSON', async () => {
    expect(await filter('ERROR')).toHaveLength(2);
    expect(await filter('ERROR -plain')).toHaveLength(1);
    expect(await filter('"plain ERROR"')).toHaveLength(1);
    expect(await filter('?START ?END')).toHaveLength(2);
    expect(await filter('{ $.level = "ERROR" && $.n < 6 }')).toHaveLength(1);
    expect(await filter('{ $.detail.id = "a-*" }')).toHaveLength(2);
    expect(await filter('{ ($.n = 5) || ($.detail.id = "a-2") }')).toHaveLength(2);
    expect(await filter('{ $.level != "ERROR" }')).toHaveLength(1);
    expect(await filter('{ $.n EXISTS }')).toHaveLength(2);
    await expect(filter('{ $.n ~ 5 }')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(filter('[a, b]')).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('pages through a search and through a stream, both ways', async () => {
    const page = await logs.send(new FilterLogEventsCommand({ logGroupName, limit: 2 }));
    expect(page.events).toHaveLength(2);
    expect(await filter(undefined, { nextToken: page.nextToken })).toHaveLength(3);
    const read = (options: object) =>
      logs.send(new GetLogEventsCommand({ logGroupName, logStreamName: 'one', ...options }));
    const first = await read({ startFromHead: true, limit: 2 });
    expect(first.events?.map(({ message }) => message?.slice(0, 5))).toEqual(['START', '{"lev']);
    const second = await read({ nextToken: first.nextForwardToken });
    expect(second.events?.map(({ message }) => message)).toEqual(['END x']);
    const third = await read({ nextToken: second.nextForwardToken });
    expect(third.events).toEqual([]);
    expect(third.nextForwardToken).toBe(second.nextForwardToken);
    const latest = await read({ limit: 1 });
    expect(latest.events?.map(({ message }) => message)).toEqual(['END x']);
    const earlier = await read({ nextToken: latest.nextBackwardToken, limit: 5 });
    expect(earlier.events).toHaveLength(2);
  });

  it('tells which events are too old or too new, and keeps the others', async () => {
    const now = Date.now();
    const { rejectedLogEventsInfo } = await logs.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName: 'one',
        logEvents: [
          { message: 'old', timestamp: now - 15 * 86_400_000 },
          { message: 'kept', timestamp: now },
          { message: 'new', timestamp: now + 3 * 3_600_000 },
        ],
      }),
    );
    expect(rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
    expect(await filter('kept')).toEqual(['kept']);
    const { logStreams = [] } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: 'LastEventTime', descending: true }),
    );
    expect(logStreams.map(({ logStreamName }) => logStreamName)).toEqual(['one', 'two']);
  });

  it('says what exists and what does not', async () => {
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 30 }));
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
    expect(logGroups).toMatchObject([{ logGroupName, retentionInDays: 30 }]);
    await expect(logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    await expect(filter()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
