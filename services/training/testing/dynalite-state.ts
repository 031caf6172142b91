import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { trainingTable } from '../adapters/training-table.ts';
import type { TrainingState } from '../domain/ports.ts';

const require = createRequire(import.meta.url);
// It has no types of its own.
const dynalite: (options: { createTableMs: number }) => Server = require('dynalite');

/** A DynamoDB in memory for tests of what the service remembers. */
export interface DynaliteState {
  /** A table of its own for each test. */
  fresh(): Promise<TrainingState>;
  close(): Promise<void>;
}

export async function startDynaliteState(): Promise<DynaliteState> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  let tables = 0;
  return {
    async fresh() {
      const TableName = `training-${++tables}`;
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
        }),
      );
      // As on AWS, a table that was created takes a moment to come up.
      await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.002, maxDelay: 0.01 }, { TableName });
      return trainingTable(documents, TableName);
    },
    async close() {
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
