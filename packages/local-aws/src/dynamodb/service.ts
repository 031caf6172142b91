import { damaged } from '../kernel/data-directory.ts';
import { messageOf } from '../kernel/errors.ts';
import { defineService } from '../kernel/service.ts';
import { forward } from './forward.ts';
import { dynamoOperations } from './operations.ts';
import { dynamodbAuthorization } from './permissions.ts';
import { tableResource } from './resources/table.ts';
import { createState, type DynamoState } from './state.ts';

export const dynamodbService = defineService<'dynamodb', DynamoState>({
  name: 'dynamodb',
  signingName: 'dynamodb',
  load: () => import('@aws-sdk/client-dynamodb'),
  create: createState,
  async start({ kernel, server }) {
    try {
      await server.origin();
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw damaged(kernel.folder('dynamodb'), messageOf(cause), error);
    }
  },
  close: ({ server }) => server.close(),
  authorization: dynamodbAuthorization,
  operations: dynamoOperations,
  forward,
  resources: { 'AWS::DynamoDB::Table': tableResource },
});
