import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';
import { type EventTable, eventTable } from './event-table.ts';

export interface LogGroup {
  name: string;
  /** Milliseconds since the epoch, like all times here. */
  created: number;
  /** Absent: events are kept for ever. */
  retentionDays?: number;
  tags: Record<string, string>;
}

export interface LogStream {
  name: string;
  created: number;
  firstEvent?: number;
  lastEvent?: number;
  lastIngestion?: number;
}

export interface Logs {
  kernel: Kernel;
  groups: Collection<LogGroup>;
  /** By group and stream, see {@link streamKey}. */
  streams: Collection<LogStream>;
  events: EventTable;
  /** Resource policies' documents by name. */
  policies: Collection<{ name: string; document: string; updated: number }>;
}

const DAY = 86_400_000;
const PRUNE = 'logs:prune';

export function createLogs(kernel: Kernel): Logs {
  const { store, outbox, clock } = kernel;
  const logs: Logs = {
    kernel,
    groups: store.collection('log_groups'),
    streams: store.collection('log_streams'),
    events: eventTable(store),
    policies: store.collection('log_resource_policies'),
  };
  outbox.handle(PRUNE, () => {
    for (const { value } of logs.groups.list())
      if (value.retentionDays !== undefined)
        logs.events.removeBefore(value.name, clock.now() - value.retentionDays * DAY);
    return { again: clock.now() + DAY };
  });
  return logs;
}

/** Removes what outlived its retention, now and then every day. */
export function startPruning({ kernel }: Logs): void {
  kernel.outbox.add(PRUNE, null, { id: PRUNE });
}

/** A group's name has no line break, so keys of different groups never share a prefix. */
export const streamKey = (group: string, stream: string) => `${group}\n${stream}`;

export function requireGroup(logs: Logs, input: { logGroupName?: string; logGroupIdentifier?: string }): LogGroup {
  const identifier = input.logGroupName ?? input.logGroupIdentifier ?? '';
  const name = identifier.startsWith('arn:') ? (identifier.split(':')[6] ?? '') : identifier;
  const group = logs.groups.get(name);
  if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
}

export function requireStream(logs: Logs, group: LogGroup, name: string | undefined): LogStream {
  const stream = logs.streams.get(streamKey(group.name, name ?? ''));
  if (!stream) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  return stream;
}
