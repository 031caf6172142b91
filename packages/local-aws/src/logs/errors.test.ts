import * as api from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';

/** CloudWatch Logs' errors, to a real client. */
describe('CloudWatch Logs refuses', () => {
  let aws: TestAws;
  let logs: api.CloudWatchLogsClient;
  const logGroupName = `/errors/${Date.now()}`;
  const stream = { logGroupName, logStreamName: 'one' };

  beforeAll(async () => {
    aws = await startAws();
    logs = aws.client(api.CloudWatchLogsClient);
    await logs.send(new api.CreateLogGroupCommand({ logGroupName }));
    await logs.send(new api.CreateLogStreamCommand(stream));
  });
  afterAll(async () => {
    await logs.send(new api.DeleteLogGroupCommand({ logGroupName }));
    await aws.close();
  });

  const now = Date.now();
  const put = (logEvents: api.InputLogEvent[], more: Partial<api.PutLogEventsCommandInput> = {}) =>
    logs.send(new api.PutLogEventsCommand({ ...stream, logEvents, ...more }));
  const filter = (filterPattern: string) => logs.send(new api.FilterLogEventsCommand({ logGroupName, filterPattern }));
  const absent = `${logGroupName}/absent`;

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'a group that exists',
      () => logs.send(new api.CreateLogGroupCommand({ logGroupName })),
      'ResourceAlreadyExistsException',
    ],
    ['a stream that exists', () => logs.send(new api.CreateLogStreamCommand(stream)), 'ResourceAlreadyExistsException'],
    [
      'a group’s name with a space',
      () => logs.send(new api.CreateLogGroupCommand({ logGroupName: 'a b' })),
      'InvalidParameterException',
    ],
    [
      'a group’s name of 513 characters',
      () => logs.send(new api.CreateLogGroupCommand({ logGroupName: 'a'.repeat(513) })),
      'InvalidParameterException',
    ],
    [
      'a stream’s name with a colon',
      () => logs.send(new api.CreateLogStreamCommand({ logGroupName, logStreamName: 'a:b' })),
      'InvalidParameterException',
    ],
    [
      'a stream’s name with an asterisk',
      () => logs.send(new api.CreateLogStreamCommand({ logGroupName, logStreamName: 'a*' })),
      'InvalidParameterException',
    ],
    [
      'a stream of an unknown group',
      () => logs.send(new api.CreateLogStreamCommand({ logGroupName: absent, logStreamName: 'a' })),
      'ResourceNotFoundException',
    ],
    [
      'a retention of 2 days',
      () => logs.send(new api.PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 })),
      'InvalidParameterException',
    ],
    [
      'a retention of an unknown group',
      () => logs.send(new api.PutRetentionPolicyCommand({ logGroupName: absent, retentionInDays: 1 })),
      'ResourceNotFoundException',
    ],
    [
      'events of an unknown group',
      () => put([{ message: 'a', timestamp: now }], { logGroupName: absent }),
      'ResourceNotFoundException',
    ],
    [
      'events of an unknown stream',
      () => put([{ message: 'a', timestamp: now }], { logStreamName: 'absent' }),
      'ResourceNotFoundException',
    ],
    [
      'events out of order',
      () =>
        put([
          { message: 'a', timestamp: now },
          { message: 'b', timestamp: now - 1 },
        ]),
      'InvalidParameterException',
    ],
    [
      'events more than 24 hours apart',
      () =>
        put([
          { message: 'a', timestamp: now - 86_400_001 },
          { message: 'b', timestamp: now },
        ]),
      'InvalidParameterException',
    ],
    [
      'to delete an unknown group',
      () => logs.send(new api.DeleteLogGroupCommand({ logGroupName: absent })),
      'ResourceNotFoundException',
    ],
    [
      'to delete an unknown stream',
      () => logs.send(new api.DeleteLogStreamCommand({ logGroupName, logStreamName: 'absent' })),
      'ResourceNotFoundException',
    ],
    [
      'to read an unknown stream',
      () => logs.send(new api.GetLogEventsCommand({ logGroupName, logStreamName: 'absent' })),
      'ResourceNotFoundException',
    ],
    [
      'a page token of its own invention',
      () => logs.send(new api.GetLogEventsCommand({ ...stream, nextToken: 'mine' })),
      'InvalidParameterException',
    ],
    [
      'to order by the last event and a prefix',
      () =>
        logs.send(
          new api.DescribeLogStreamsCommand({ logGroupName, orderBy: 'LastEventTime', logStreamNamePrefix: 'o' }),
        ),
      'InvalidParameterException',
    ],
    ['a filter pattern that does not parse', () => filter('{ $.level = '), 'InvalidParameterException'],
    ['a selector without its dollar', () => filter('{ level = "x" }'), 'InvalidParameterException'],
  ])('%s', async (_what, call, name) => {
    await expect(call()).rejects.toMatchObject({ name });
  });

  test.skipIf(againstAws)('to delete a policy that is not there', async () => {
    await expect(logs.send(new api.DeleteResourcePolicyCommand({ policyName: 'absent' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
