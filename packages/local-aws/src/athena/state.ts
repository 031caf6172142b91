import type { WorkGroupConfiguration, WorkGroupState } from '@aws-sdk/client-athena';
import type { Caller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';
import { ObjectCache } from './object-cache.ts';

export interface StoredWorkGroup {
  name: string;
  description?: string;
  state: WorkGroupState;
  configuration: WorkGroupConfiguration;
  /** Milliseconds since the epoch. */
  created: number;
}

export interface QueryError {
  /** 1 a fault of the system, 2 of the query, 3 another's. */
  category: 1 | 2 | 3;
  message: string;
}

export interface StoredQuery {
  id: string;
  query: string;
  parameters: string[];
  database?: string;
  catalog?: string;
  workGroup: string;
  /** Of the CSV, e.g. `s3://results/<id>.csv`. */
  output: string;
  state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  error?: QueryError;
  submitted: number;
  started?: number;
  completed?: number;
  scannedBytes?: number;
  /** Reads and writes S3 and Glue in whose name the query was asked. */
  caller: Caller;
}

export interface Athena {
  kernel: Kernel;
  workGroups: Collection<StoredWorkGroup>;
  queries: Collection<StoredQuery>;
  /** Ids of queries by client request token. */
  tokens: Collection<{ id: string; query: string }>;
  cache: ObjectCache;
  /** Stops the queries that run now, by id. */
  running: Map<string, () => void>;
  closing: boolean;
}

export function createAthena(kernel: Kernel): Athena {
  const athena: Athena = {
    kernel,
    workGroups: kernel.store.collection('athena_work_groups'),
    queries: kernel.store.collection('athena_queries'),
    tokens: kernel.store.collection('athena_tokens'),
    cache: new ObjectCache(kernel),
    running: new Map(),
    closing: false,
  };
  // Every account has this one.
  if (!athena.workGroups.get('primary'))
    athena.workGroups.put('primary', {
      name: 'primary',
      state: 'ENABLED',
      configuration: { EnforceWorkGroupConfiguration: false },
      created: kernel.clock.now(),
    });
  return athena;
}

export function requireWorkGroup({ workGroups }: Athena, name: string | undefined): StoredWorkGroup {
  const found = workGroups.get(name ?? '');
  if (!found) throw new AwsError('InvalidRequestException', `WorkGroup ${name} is not found.`);
  return found;
}

export function requireQuery({ queries }: Athena, id: string | undefined): StoredQuery {
  const found = queries.get(id ?? '');
  if (!found) throw new AwsError('InvalidRequestException', `QueryExecution ${id} was not found`);
  return found;
}
