import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { type Logs, requireGroup, requireStream, streamKey } from '../state.ts';

const DAY = 86_400_000;
const OLDEST = 14 * DAY;
const NEWEST = 2 * 3_600_000;
/** Each event counts its UTF-8 bytes and these. */
const EVENT_OVERHEAD = 26;
const MOST_BYTES = 1_048_576;
const MOST_EVENTS = 10_000;

/** Stores a batch. Events that are too old or too new are left out and told, the others stored ("PutLogEvents"). */
export const putLogEvents: Operation<'logs', 'PutLogEvents', Logs> = (input, _request, logs) => {
  const group = requireGroup(logs, input);
  const stream = requireStream(logs, group, input.logStreamName);
  const now = logs.kernel.clock.now();
  const events = (input.logEvents ?? []).map(({ timestamp = now, message = '' }) => ({ timestamp, message }));
  check(events);
  const oldest = now - Math.min(OLDEST, (group.retentionDays ?? Number.POSITIVE_INFINITY) * DAY);
  const accepted = events.filter(({ timestamp }) => timestamp >= oldest && timestamp <= now + NEWEST);
  checkSpan(accepted);
  logs.events.add(group.name, stream.name, now, accepted);
  const [first, last] = [accepted[0], accepted.at(-1)];
  if (first && last)
    logs.streams.put(streamKey(group.name, stream.name), {
      ...stream,
      firstEvent: Math.min(stream.firstEvent ?? first.timestamp, first.timestamp),
      lastEvent: Math.max(stream.lastEvent ?? last.timestamp, last.timestamp),
      lastIngestion: now,
    });
  const tooOld = events.filter(({ timestamp }) => timestamp < oldest).length;
  const tooNew = events.findIndex(({ timestamp }) => timestamp > now + NEWEST);
  const rejected = {
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(tooNew >= 0 ? { tooNewLogEventStartIndex: tooNew } : {}),
  };
  return Object.keys(rejected).length > 0 ? { rejectedLogEventsInfo: rejected } : {};
};

function checkSpan(events: { timestamp: number }[]): void {
  const [first, last] = [events[0], events.at(-1)];
  if (first && last && last.timestamp - first.timestamp > DAY)
    throw new AwsError(
      'InvalidParameterException',
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
}

function check(events: { timestamp: number; message: string }[]): void {
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + EVENT_OVERHEAD, 0);
  if (events.length === 0 || events.length > MOST_EVENTS || bytes > MOST_BYTES)
    throw new AwsError(
      'InvalidParameterException',
      `Log events must be 1 to ${MOST_EVENTS} and at most ${MOST_BYTES} bytes; these are ${events.length} with ${bytes} bytes.`,
    );
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0)))
    throw new AwsError(
      'InvalidParameterException',
      'Log events in a single PutLogEvents request must be in chronological order.',
    );
}
