import { catalogue, EventError, parseEvent } from '@assay/events';
import {
  type CloudWatchLogsClient,
  type FilteredLogEvent,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';

/** The shape that EventBridge gives an event in CloudWatch Logs: the whole event as JSON. */
const loggedEventSchema = z.looseObject({ 'detail-type': z.string(), time: z.string() });

export type EventName = keyof typeof catalogue;

/** One event of ours as the journal holds it. */
export type JournalEvent = {
  [Name in EventName]: { name: Name; time: string } & ReturnType<typeof parseEvent<(typeof catalogue)[Name]['data']>>;
}[EventName];

/** Events reach the journal late and in no order: how far back the next call looks, in milliseconds. */
const LOOK_BACK = 120_000;

/** Reads the bus's journal, oldest first; each call gives what has come since the call before, each event once. */
export function createEventLog(client: CloudWatchLogsClient, logGroupName: string) {
  const seen = new Set<string>();
  let startTime = 0;
  return {
    async read(): Promise<JournalEvent[]> {
      const logged: FilteredLogEvent[] = [];
      for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, startTime }))
        logged.push(...events);
      // Only what was read to its end counts as seen: a call that fails gives nothing, and the next one all of it.
      const news: JournalEvent[] = [];
      for (const { message, timestamp = 0 } of logged) {
        const event = message === undefined ? undefined : toJournalEvent(message);
        if (!event || seen.has(event.metadata.eventId)) continue;
        seen.add(event.metadata.eventId);
        startTime = Math.max(startTime, timestamp - LOOK_BACK);
        news.push(event);
      }
      return news.sort((a, b) => a.metadata.occurredAt.localeCompare(b.metadata.occurredAt));
    },
  };
}

/**
 * An event of the catalogue. Undefined for what others put on the bus: an event that the catalogue doesn't know, or one
 * that isn't what it says it is, which its consumers turn away too.
 */
export function toJournalEvent(message: string): JournalEvent | undefined {
  const logged = loggedEventSchema.safeParse(JSON.parse(message));
  if (!logged.success) return undefined;
  const definition = Object.values(catalogue).find(({ name }) => name === logged.data['detail-type']);
  if (!definition) return undefined;
  try {
    const parsed = parseEvent<z.ZodObject>(definition, logged.data);
    // Name and data belong together: both come from the same definition.
    return { name: definition.name, time: logged.data.time, ...parsed } as JournalEvent;
  } catch (error) {
    if (error instanceof EventError) return undefined;
    throw error;
  }
}
