import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import type { LogEvent, Position } from '../event-table.ts';
import { compileFilter } from '../filter-pattern.ts';
import { type Logs, requireGroup, requireStream } from '../state.ts';

const LATEST = Number.MAX_SAFE_INTEGER;
const MOST_EVENTS = 10_000;
/** How many events one FilterLogEvents call looks at before it hands out a token. */
const MOST_SEARCHED = 100_000;

export const getLogEvents: Operation<'logs', 'GetLogEvents', Logs> = (input, _request, logs) => {
  const group = requireGroup(logs, input);
  const stream = requireStream(logs, group, input.logStreamName);
  const limit = Math.min(input.limit ?? MOST_EVENTS, MOST_EVENTS);
  const { startTime: from = 0, endTime: until = LATEST } = input;
  const token = input.nextToken === undefined ? undefined : readToken(input.nextToken);
  const forward = token ? token.direction === 'f' : (input.startFromHead ?? false);
  let events: LogEvent[];
  if (forward) {
    const after = token?.position ?? { timestamp: from, sequence: -1 };
    events = logs.events.forward(group.name, stream.name, after, until, limit);
  } else {
    const before = token?.position ?? { timestamp: until, sequence: -1 };
    events = logs.events.backward(group.name, stream.name, before, from, limit).reverse();
  }
  const here = token?.position ?? { timestamp: forward ? from : until, sequence: -1 };
  return {
    events: events.map(({ timestamp, ingested, message }) => ({ timestamp, ingestionTime: ingested, message })),
    // At an end the same token comes back: that is how clients notice.
    nextForwardToken: writeToken('f', events.at(-1) ?? here),
    nextBackwardToken: writeToken('b', events[0] ?? here),
  };
};

export const filterLogEvents: Operation<'logs', 'FilterLogEvents', Logs> = (input, _request, logs) => {
  const group = requireGroup(logs, input);
  const matches = compileFilter(input.filterPattern);
  const wanted = input.logStreamNames && new Set(input.logStreamNames);
  const single = wanted?.size === 1 ? input.logStreamNames?.[0] : undefined;
  const limit = Math.min(input.limit ?? MOST_EVENTS, MOST_EVENTS);
  const until = input.endTime ?? LATEST;
  let position: Position = input.nextToken
    ? readToken(input.nextToken).position
    : { timestamp: input.startTime ?? 0, sequence: -1 };
  const found: LogEvent[] = [];
  for (let searched = 0; searched < MOST_SEARCHED; ) {
    const batch = logs.events.forward(group.name, single, position, until, 1000);
    for (const event of batch) {
      position = event;
      searched++;
      const here = (!wanted || wanted.has(event.stream)) && event.stream.startsWith(input.logStreamNamePrefix ?? '');
      if (here && matches(event.message)) found.push(event);
      if (found.length === limit) return answer(found, position);
    }
    if (batch.length < 1000) return answer(found);
  }
  return answer(found, position);
};

function answer(events: LogEvent[], more?: Position) {
  return {
    events: events.map(({ sequence, stream, timestamp, ingested, message }) => ({
      logStreamName: stream,
      timestamp,
      message,
      ingestionTime: ingested,
      eventId: String(sequence).padStart(56, '0'),
    })),
    searchedLogStreams: [],
    ...(more ? { nextToken: writeToken('f', more) } : {}),
  };
}

const writeToken = (direction: 'f' | 'b', { timestamp, sequence }: Position) => `${direction}/${timestamp}/${sequence}`;

function readToken(token: string): { direction: string; position: Position } {
  const [, direction, timestamp, sequence] = /^([fb])\/(\d+)\/(-?\d+)$/.exec(token) ?? [];
  if (direction === undefined) throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
  return { direction, position: { timestamp: Number(timestamp), sequence: Number(sequence) } };
}
