import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { type LogStream, type Logs, requireGroup, requireStream, streamKey } from '../state.ts';

export const createLogStream: Operation<'logs', 'CreateLogStream', Logs> = (input, _request, logs) => {
  const group = requireGroup(logs, input);
  const name = input.logStreamName ?? '';
  if (!/^[^:*\n]{1,512}$/.test(name))
    throw new AwsError('InvalidParameterException', `Log stream name ${name} is not valid: no colon, no asterisk.`);
  const key = streamKey(group.name, name);
  if (logs.streams.get(key))
    throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
  logs.streams.put(key, { name, created: logs.kernel.clock.now() });
  return {};
};

export const deleteLogStream: Operation<'logs', 'DeleteLogStream', Logs> = (input, _request, logs) => {
  const group = requireGroup(logs, input);
  const { name } = requireStream(logs, group, input.logStreamName);
  logs.events.removeStream(group.name, name);
  logs.streams.delete(streamKey(group.name, name));
  return {};
};

export const describeLogStreams: Operation<'logs', 'DescribeLogStreams', Logs> = (input, _request, logs) => {
  const group = requireGroup(logs, input);
  const limit = input.limit ?? 50;
  const byTime = input.orderBy === 'LastEventTime';
  if (byTime && input.logStreamNamePrefix !== undefined)
    throw new AwsError('InvalidParameterException', 'Cannot order by LastEventTime with a logStreamNamePrefix.');
  const streams = logs.streams
    .list({ prefix: streamKey(group.name, input.logStreamNamePrefix ?? '') })
    .map(({ value }) => value);
  if (byTime) streams.sort((a, b) => (a.lastEvent ?? 0) - (b.lastEvent ?? 0));
  if (input.descending) streams.reverse();
  const from = Number(input.nextToken ?? 0);
  const page = streams.slice(from, from + limit);
  return {
    logStreams: page.map((stream) => describe(logs, group.name, stream)),
    ...(from + limit < streams.length ? { nextToken: String(from + limit) } : {}),
  };
};

function describe({ kernel }: Logs, group: string, stream: LogStream) {
  return {
    logStreamName: stream.name,
    creationTime: stream.created,
    ...(stream.firstEvent === undefined ? {} : { firstEventTimestamp: stream.firstEvent }),
    ...(stream.lastEvent === undefined ? {} : { lastEventTimestamp: stream.lastEvent }),
    ...(stream.lastIngestion === undefined ? {} : { lastIngestionTime: stream.lastIngestion }),
    arn: kernel.arn('logs', `log-group:${group}:log-stream:${stream.name}`),
    storedBytes: 0,
  };
}
