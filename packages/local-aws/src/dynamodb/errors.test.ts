import * as api from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';

/** DynamoDB's errors, as they come through dynalite to a real client. */
describe('DynamoDB', () => {
  let aws: TestAws;
  let dynamo: api.DynamoDBClient;
  const TableName = `errors-${Date.now().toString(36)}`;

  beforeAll(async () => {
    aws = await startAws();
    dynamo = aws.client(api.DynamoDBClient);
    await dynamo.send(table());
    const status = async () => (await dynamo.send(new api.DescribeTableCommand({ TableName }))).Table?.TableStatus;
    await vi.waitFor(async () => expect(await status()).toBe('ACTIVE'), { timeout: 30_000 });
    await put({ version: { N: '1' }, tags: { SS: ['x'] } });
  });
  afterAll(async () => {
    if (againstAws) await dynamo.send(new api.DeleteTableCommand({ TableName }));
    await aws.close();
  });

  const table = (more: Partial<api.CreateTableCommandInput> = {}) =>
    new api.CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      ...more,
    });
  type Item = Record<string, api.AttributeValue>;
  const Key = { id: { S: 'a' } };
  const put = (attributes: Item, more: Partial<api.PutItemCommandInput> = {}) =>
    dynamo.send(new api.PutItemCommand({ TableName, Item: { ...Key, ...attributes }, ...more }));
  const update = (more: Partial<api.UpdateItemCommandInput>) =>
    dynamo.send(new api.UpdateItemCommand({ TableName, Key, ...more }));
  const get = (more: Partial<api.GetItemCommandInput> = {}) =>
    dynamo.send(new api.GetItemCommand({ TableName, Key, ...more }));
  const query = (more: Partial<api.QueryCommandInput>) => dynamo.send(new api.QueryCommand({ TableName, ...more }));

  describe('ConditionalCheckFailedException', () => {
    const values = { ':v': { N: '2' } };
    test.each<[string, () => Promise<unknown>]>([
      ['a Put onto what is there', () => put({}, { ConditionExpression: 'attribute_not_exists(id)' })],
      [
        'an Update of an older version',
        () =>
          update({
            UpdateExpression: 'SET version = :v',
            ConditionExpression: 'version > :v',
            ExpressionAttributeValues: values,
          }),
      ],
      [
        'an Update of what is not there',
        () =>
          update({
            Key: { id: { S: 'none' } },
            UpdateExpression: 'SET version = :v',
            ConditionExpression: 'attribute_exists(id)',
            ExpressionAttributeValues: values,
          }),
      ],
      [
        'a Delete of another version',
        () =>
          dynamo.send(
            new api.DeleteItemCommand({
              TableName,
              Key,
              ConditionExpression: 'version = :v',
              ExpressionAttributeValues: values,
            }),
          ),
      ],
    ])('%s', async (_what, call) => {
      await expect(call()).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
        message: 'The conditional request failed',
        $metadata: { httpStatusCode: 400 },
      });
      expect((await get()).Item).toEqual({ ...Key, version: { N: '1' }, tags: { SS: ['x'] } });
    });
  });

  describe('ValidationException', () => {
    test.each<[string, () => Promise<unknown>, RegExp]>([
      [
        'a key of another type',
        () => get({ Key: { id: { N: '1' } } }),
        /Type mismatch for key|key element does not match/,
      ],
      [
        'a key without its attribute',
        () => get({ Key: { other: { S: 'a' } } }),
        /key element does not match the schema/,
      ],
      [
        'an item without its key',
        () => dynamo.send(new api.PutItemCommand({ TableName, Item: { x: { S: 'a' } } })),
        /Missing the key id/,
      ],
      ['an empty key', () => put({ id: { S: '' } }), /empty string value/],
      ['a number that is none', () => put({ n: { N: 'many' } }), /cannot be converted to a numeric value/],
      ['a set with an element twice', () => put({ s: { SS: ['a', 'a'] } }), /duplicates/],
      [
        'an expression that does not parse',
        () => update({ UpdateExpression: 'SET' }),
        /Invalid UpdateExpression: Syntax error/,
      ],
      [
        'a reserved word',
        () => update({ UpdateExpression: 'SET #s = status', ExpressionAttributeNames: { '#s': 's' } }),
        /reserved keyword; reserved keyword: status/,
      ],
      [
        'a value that is not given',
        () => update({ UpdateExpression: 'SET a = :a' }),
        /attribute value used in expression is not defined; attribute value: :a/,
      ],
      [
        'a name that is not given',
        () => update({ UpdateExpression: 'REMOVE #a' }),
        /attribute name used in the document path is not defined; attribute name: #a/,
      ],
      [
        'a value that is not used',
        () => update({ UpdateExpression: 'REMOVE a', ExpressionAttributeValues: { ':a': { S: 'a' } } }),
        /unused in expressions: keys: \{:a\}/,
      ],
      [
        'two paths that overlap',
        () => update({ UpdateExpression: 'SET a = :a, a.b = :a', ExpressionAttributeValues: { ':a': { S: 'a' } } }),
        /overlap/,
      ],
      [
        'to change a key',
        () => update({ UpdateExpression: 'SET id = :a', ExpressionAttributeValues: { ':a': { S: 'b' } } }),
        /Cannot update attribute id\. This attribute is part of the key/,
      ],
      ['a query without a condition', () => query({}), /KeyConditions|KeyConditionExpression/],
      [
        'a query of an unknown index',
        () =>
          query({
            IndexName: 'none',
            KeyConditionExpression: 'id = :a',
            ExpressionAttributeValues: { ':a': { S: 'a' } },
          }),
        /does not have the specified index: none/,
      ],
      [
        'a query for less than the key',
        () => query({ KeyConditionExpression: 'id < :a', ExpressionAttributeValues: { ':a': { S: 'a' } } }),
        /key condition/i,
      ],
      [
        'a batch that writes one item twice',
        () =>
          dynamo.send(
            new api.BatchWriteItemCommand({
              RequestItems: { [TableName]: [{ DeleteRequest: { Key } }, { DeleteRequest: { Key } }] },
            }),
          ),
        /contains duplicates/,
      ],
      [
        'a batch of 26 writes',
        () =>
          dynamo.send(
            new api.BatchWriteItemCommand({
              RequestItems: {
                [TableName]: Array.from({ length: 26 }, (_, index) => ({
                  DeleteRequest: { Key: { id: { S: String(index) } } },
                })),
              },
            }),
          ),
        /less than or equal to 25|Too many items/,
      ],
      [
        'an item of more than 400 KB',
        () => put({ x: { S: 'x'.repeat(409_600) } }),
        /Item size has exceeded the maximum allowed size/,
      ],
    ])('%s', async (_what, call, message) => {
      await expect(call()).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringMatching(message),
        $metadata: { httpStatusCode: 400 },
      });
    });
  });

  test('ResourceNotFoundException, ResourceInUseException for tables', async () => {
    await expect(get({ TableName: 'nowhere' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(dynamo.send(new api.DescribeTableCommand({ TableName: 'nowhere' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(dynamo.send(table())).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });

  test.skipIf(againstAws)('transactions are refused by name', async () => {
    const input = { TransactItems: [{ Delete: { TableName, Key } }] };
    await expect(dynamo.send(new api.TransactWriteItemsCommand(input))).rejects.toMatchObject({
      name: 'NotImplemented',
    });
  });
});
