import { randomUUID } from 'node:crypto';
import type { PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import type { Caller } from '../../kernel/caller.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Request } from '../../kernel/service.ts';
import { busName } from '../buses.ts';
import { type BusEvent, eventTime } from '../event.ts';
import { eventFields } from '../pattern/event-fields.ts';
import type { EventBridgeOperation, EventBridgeState } from '../state.ts';

/** "The total entry size must be less than 256KB." */
const LARGEST_REQUEST = 262_144;
const MOST_ENTRIES = 10;
/** Of objects and arrays in a detail. */
const DEEPEST_DETAIL = 1000;

export const putEvents: EventBridgeOperation<'PutEvents'> = (input, request, state) => {
  const entries = input.Entries ?? [];
  if (entries.length < 1 || entries.length > MOST_ENTRIES)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${entries.length} entries' at 'entries' failed to satisfy constraint: Member must have length ${entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MOST_ENTRIES}`}`,
    );
  if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > LARGEST_REQUEST)
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  const Entries = entries.map((entry) => putOne(entry, request, state));
  return { FailedEntryCount: Entries.filter(({ ErrorCode }) => ErrorCode).length, Entries };
};

/** "Calculating Amazon EventBridge event entry size". */
function entryBytes({
  Time,
  Source = '',
  DetailType = '',
  Detail = '',
  Resources = [],
}: PutEventsRequestEntry): number {
  return [Source, DetailType, Detail, ...Resources].reduce((sum, text) => sum + Buffer.byteLength(text), Time ? 14 : 0);
}

function putOne(entry: PutEventsRequestEntry, request: Request, state: EventBridgeState): PutEventsResultEntry {
  for (const name of ['Source', 'DetailType', 'Detail'] as const)
    if (!entry[name])
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      };
  const { Source = '', DetailType = '', Detail = '' } = entry;
  if (DetailType.length > 128)
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: 'Parameter DetailType is not valid. Reason: DetailType must be at most 128 characters long.',
    };
  if (Source.startsWith('aws.') && !isOfAws(request.caller))
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  const detail = parseDetail(Detail);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const event: BusEvent = {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account: request.account,
    time: eventTime(entry.Time?.getTime() ?? state.kernel.clock.now()),
    region: request.region,
    resources: entry.Resources ?? [],
    detail,
  };
  const bus = state.buses.find(busName(entry.EventBusName));
  // As on AWS: an event for a bus that isn't there is taken, and vanishes.
  if (bus) route(bus.name, event, state);
  return { EventId: event.id };
}

/** Services speak for themselves, and rules hand on what services said. */
const isOfAws = ({ kind, assumedBy }: Caller) =>
  kind === 'internal' || kind === 'service' || assumedBy === 'events.amazonaws.com';

function parseDetail(text: string): Record<string, unknown> | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    const isObject = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
    return isObject && depthOf(detail) <= DEEPEST_DETAIL ? { ...detail } : undefined;
  } catch {
    return undefined;
  }
}

/** How deep a value is nested; level by level, so that no depth is too deep to count. */
function depthOf(value: unknown): number {
  const isNested = (inner: unknown): inner is object => typeof inner === 'object' && inner !== null;
  let depth = 0;
  for (let level = [value].filter(isNested); level.length > 0; level = level.flatMap(Object.values).filter(isNested))
    depth++;
  return depth;
}

/** Queues the event for the targets of every rule that matches, and records it: in the turn's transaction. */
function route(bus: string, event: BusEvent, state: EventBridgeState): void {
  const fields = eventFields({ ...event });
  state.archives.record(bus, event, fields);
  for (const rule of state.rules.matching(bus, event.source, fields)) state.deliveries.queue(rule, event);
}
