import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';
import { DynaliteServer } from './dynalite-server.ts';

/** What a table has that dynalite doesn't know: kept and told, without effect on the items. */
export interface TableSettings {
  timeToLive?: { AttributeName: string; Enabled: boolean };
  pointInTimeRecovery?: boolean;
}

export interface DynamoState {
  kernel: Kernel;
  server: DynaliteServer;
  settings: Collection<TableSettings>;
  /** A client of dynalite's own port, for calls from inside. */
  client(): Promise<DynamoDB>;
}

export function createState(kernel: Kernel): DynamoState {
  const server = new DynaliteServer(kernel);
  let connected: { origin: string; client: DynamoDB } | undefined;
  return {
    kernel,
    server,
    settings: kernel.store.collection('dynamodb_table_settings'),
    async client() {
      const endpoint = await server.origin();
      if (connected?.origin !== endpoint) {
        const { DynamoDB } = await import('@aws-sdk/client-dynamodb');
        connected?.client.destroy();
        connected = {
          origin: endpoint,
          client: new DynamoDB({
            endpoint,
            region: kernel.region,
            // dynalite wants a signature, and verifies none.
            credentials: { accessKeyId: 'inside', secretAccessKey: 'inside' },
          }),
        };
      }
      return connected.client;
    },
  };
}
