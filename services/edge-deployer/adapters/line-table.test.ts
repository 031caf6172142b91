import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../packages/local-aws/test/harness.ts';
import { approve } from '../domain/line/decisions.ts';
import { changeRollout, type Line, withModel } from '../domain/line/line.ts';
import { updateLine } from './line-table.ts';

const cause = {
  eventId: '7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b',
  correlationId: 'story',
  occurredAt: '2026-03-04T08:00:00.000Z',
  producer: 'assay.model-registry-watcher',
  version: 1,
};

const model = (modelPackageVersion: number) => ({
  modelPackageArn: `arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/${modelPackageVersion}`,
  modelPackageVersion,
  modelUri: `s3://models/${modelPackageVersion}.tar.gz`,
});

describe('updateLine', () => {
  let aws: TestAws;
  let table: DynamoDBDocumentClient;
  const update = (group: string, change: (line: Line) => Line) => updateLine(table, 'lines', group, change);

  beforeAll(async () => {
    aws = await startAws();
    const client = aws.client(DynamoDBClient);
    table = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    await client.send(
      new CreateTableCommand({
        TableName: 'lines',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'thingGroup', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'thingGroup', KeyType: 'HASH' }],
      }),
    );
  });
  afterAll(() => aws.close());

  it('begins with an empty line and reads back what was decided', async () => {
    const decided = await update('one', (line) => approve(line, model(3), cause));
    expect(decided.rollouts).toHaveLength(1);
    await expect(update('one', (line) => line)).resolves.toEqual(decided);
  });

  it('keeps how many devices came to what, and until when decisions were forgotten', async () => {
    const changed = await update('three', (line) => ({
      ...changeRollout(approve(line, model(3), cause), '3-1', (each) => ({ ...each, deviceCounts: { FAILED: 2 } })),
      forgottenUntil: cause.occurredAt,
    }));
    await expect(update('three', (line) => line)).resolves.toEqual(changed);
  });

  it('loses no decision when several are made at once', async () => {
    const changes = [1, 2, 3, 4].map((version) =>
      update('two', (line) => withModel(line, { ...model(version), verdict: 'approved', decidedAt: cause.occurredAt })),
    );
    await Promise.all(changes);
    const { models } = await update('two', (line) => line);
    expect(models.map(({ modelPackageVersion }) => modelPackageVersion).toSorted()).toEqual([1, 2, 3, 4]);
  });
});
