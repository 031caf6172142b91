import { type CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import type { BusRule } from './rules.ts';
import type { Span } from './span.ts';

const loggedSchema = z.looseObject({ id: z.string(), 'detail-type': z.string() });

/** How many events of each name the journal has of a span; it holds what the archive holds. */
export async function countEvents(
  client: CloudWatchLogsClient,
  logGroupName: string,
  { from, to }: Span,
): Promise<ReadonlyMap<string, number>> {
  const ids = new Map<string, Set<string>>();
  const span = { logGroupName, startTime: from.getTime(), endTime: to.getTime() };
  for await (const { events = [] } of paginateFilterLogEvents({ client }, span)) {
    for (const { message = '' } of events) {
      const { id, 'detail-type': name } = loggedSchema.parse(JSON.parse(message));
      const known = ids.get(name) ?? new Set();
      // The journal's own deliveries may have come twice.
      ids.set(name, known.add(id));
    }
  }
  return new Map([...ids].map(([name, seen]) => [name, seen.size]));
}

/** How many events a rule would hear; "at most" when its pattern looks at more than their names. */
export function countFor(rule: BusRule, counts: ReadonlyMap<string, number>): { events: number; atMost: boolean } {
  const names = rule.events ?? [...counts.keys()];
  const events = names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
  return { events, atMost: rule.narrowed || rule.events === undefined };
}
