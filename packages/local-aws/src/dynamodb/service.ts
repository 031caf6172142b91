import { defineService } from '../kernel/service.ts';
import { forward } from './forward.ts';
import { dynamoOperations } from './operations.ts';
import { tableResource } from './resources/table.ts';
import { createState, type DynamoState } from './state.ts';

export const dynamodbService = defineService<'dynamodb', DynamoState>({
  name: 'dynamodb',
  signingName: 'dynamodb',
  load: () => import('@aws-sdk/client-dynamodb'),
  create: createState,
  start: async ({ server }) => void (await server.origin()),
  close: ({ server }) => server.close(),
  operations: dynamoOperations,
  forward,
  resources: { 'AWS::DynamoDB::Table': tableResource },
});
