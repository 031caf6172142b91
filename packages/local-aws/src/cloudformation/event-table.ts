import { randomUUID } from 'node:crypto';
import type { ResourceStatus, StackEvent } from '@aws-sdk/client-cloudformation';
import type { Store } from '../kernel/store.ts';

export interface EventRecord {
  stackId: string;
  stackName: string;
  logicalId: string;
  physicalId: string;
  type: string;
  status: ResourceStatus;
  reason?: string;
  /** Milliseconds since the epoch. */
  at: number;
  clientToken?: string;
  properties?: Record<string, unknown>;
}

export interface EventTable {
  add(event: EventRecord): void;
  /** The newest first; `before` is the sequence number that the last page ended with. */
  page(stackId: string, limit: number, before?: number): { events: StackEvent[]; last?: number };
}

export function eventTable(store: Store): EventTable {
  store.define(`CREATE TABLE IF NOT EXISTS cfn_events (sequence INTEGER PRIMARY KEY, stack TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS cfn_events_by_stack ON cfn_events (stack, sequence)`);
  const insert = store.prepare('INSERT INTO cfn_events (stack, id, document) VALUES (?, ?, ?)');
  const select = store.prepare<{ sequence: number; id: string; document: string }>(
    'SELECT sequence, id, document FROM cfn_events WHERE stack = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?',
  );
  return {
    add: (event) => void insert.run(event.stackId, randomUUID(), JSON.stringify(event)),
    page(stackId, limit, before = Number.MAX_SAFE_INTEGER) {
      const rows = select.all(stackId, before, limit + 1);
      const page = rows.slice(0, limit);
      return {
        events: page.map(({ id, document }) => describe(id, JSON.parse(document))),
        ...(rows.length > limit ? { last: page.at(-1)?.sequence } : {}),
      };
    },
  };
}

function describe(id: string, event: EventRecord): StackEvent {
  return {
    StackId: event.stackId,
    EventId: event.type === 'AWS::CloudFormation::Stack' ? id : `${event.logicalId}-${event.status}-${id}`,
    StackName: event.stackName,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: new Date(event.at),
    ResourceStatus: event.status,
    ...(event.reason === undefined ? {} : { ResourceStatusReason: event.reason }),
    ...(event.properties === undefined ? {} : { ResourceProperties: JSON.stringify(event.properties) }),
    ...(event.clientToken === undefined ? {} : { ClientRequestToken: event.clientToken }),
  };
}
