import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import type { DynamoState } from './state.ts';

/** What was sent over HTTP is not held against a schema before dynalite does it: a name or ARN that isn't text names nothing. */
const table = (kernel: Kernel, name: unknown) =>
  typeof name === 'string' ? kernel.arn('dynamodb', `table/${name}`) : '*';
const named = ({ TableName }: { TableName?: string | undefined }, kernel: Kernel) => table(kernel, TableName);
const read = ({ TableName, IndexName }: { TableName?: unknown; IndexName?: unknown }, kernel: Kernel) =>
  typeof IndexName === 'string' ? `${table(kernel, TableName)}/index/${IndexName}` : table(kernel, TableName);
const batch = ({ RequestItems }: { RequestItems?: object | undefined }, kernel: Kernel) =>
  Object.keys(RequestItems ?? {}).map((name) => table(kernel, name));
/** dynalite takes what is behind the last slash for the table. */
const tagged = ({ ResourceArn }: { ResourceArn?: unknown }, kernel: Kernel) =>
  typeof ResourceArn === 'string' ? table(kernel, ResourceArn.split('/').at(-1)) : '*';

export const dynamodbAuthorization: ServiceAuthorization<'dynamodb', DynamoState> = {
  prefix: 'dynamodb',
  permissions: {
    BatchGetItem: batch,
    BatchWriteItem: batch,
    CreateTable: named,
    DeleteItem: named,
    DeleteTable: named,
    DescribeContinuousBackups: named,
    DescribeTable: named,
    DescribeTimeToLive: named,
    GetItem: named,
    ListTables: () => '*',
    ListTagsOfResource: tagged,
    PutItem: named,
    Query: read,
    Scan: read,
    TagResource: tagged,
    UntagResource: tagged,
    UpdateContinuousBackups: named,
    UpdateItem: named,
    UpdateTable: named,
    UpdateTimeToLive: named,
  },
};
