import type { Operations } from '../kernel/service.ts';
import { inside } from './inside.ts';
import { settingOperations } from './settings.ts';
import type { DynamoState } from './state.ts';

/**
 * The operations as other services call them (Step Functions, CloudFormation); requests over HTTP go to dynalite as they
 * are. dynalite implements each, hence no file for each.
 */
export const dynamoOperations = {
  ...settingOperations,
  BatchGetItem: (input, _request, state) => inside(state, (dynamo) => dynamo.batchGetItem(input)),
  BatchWriteItem: (input, _request, state) => inside(state, (dynamo) => dynamo.batchWriteItem(input)),
  CreateTable: (input, _request, state) => inside(state, (dynamo) => dynamo.createTable(input)),
  DeleteItem: (input, _request, state) => inside(state, (dynamo) => dynamo.deleteItem(input)),
  async DeleteTable(input, _request, state) {
    const deleted = await inside(state, (dynamo) => dynamo.deleteTable(input));
    state.settings.delete(input.TableName ?? '');
    return deleted;
  },
  DescribeTable: (input, _request, state) => inside(state, (dynamo) => dynamo.describeTable(input)),
  GetItem: (input, _request, state) => inside(state, (dynamo) => dynamo.getItem(input)),
  ListTables: (input, _request, state) => inside(state, (dynamo) => dynamo.listTables(input)),
  ListTagsOfResource: (input, _request, state) => inside(state, (dynamo) => dynamo.listTagsOfResource(input)),
  PutItem: (input, _request, state) => inside(state, (dynamo) => dynamo.putItem(input)),
  Query: (input, _request, state) => inside(state, (dynamo) => dynamo.query(input)),
  Scan: (input, _request, state) => inside(state, (dynamo) => dynamo.scan(input)),
  TagResource: (input, _request, state) => inside(state, (dynamo) => dynamo.tagResource(input)),
  UntagResource: (input, _request, state) => inside(state, (dynamo) => dynamo.untagResource(input)),
  UpdateItem: (input, _request, state) => inside(state, (dynamo) => dynamo.updateItem(input)),
  UpdateTable: (input, _request, state) => inside(state, (dynamo) => dynamo.updateTable(input)),
} satisfies Operations<'dynamodb', DynamoState>;
