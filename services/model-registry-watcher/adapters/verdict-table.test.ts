import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../packages/local-aws/test/harness.ts';
import type { KnownVerdict } from '../domain/verdict.ts';
import { createVerdictTable } from './verdict-table.ts';

const claim: KnownVerdict = { verdict: 'approved', phase: 'announcing', since: '2026-03-04T08:00:00.000Z' };

describe('the verdict table', () => {
  let aws: TestAws;
  let verdicts: ReturnType<typeof createVerdictTable>;

  beforeAll(async () => {
    aws = await startAws();
    const client = aws.client(DynamoDBClient);
    verdicts = createVerdictTable(DynamoDBDocumentClient.from(client), 'verdicts');
    await client.send(
      new CreateTableCommand({
        TableName: 'verdicts',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'modelPackageArn', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'modelPackageArn', KeyType: 'HASH' }],
      }),
    );
  });
  afterAll(() => aws.close());

  it('gives a claim to one of several who ask at once', async () => {
    const claims = await Promise.all([1, 2, 3].map(() => verdicts.replaceVerdict('arn:a', undefined, claim)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await expect(verdicts.lastVerdict('arn:a')).resolves.toEqual(claim);
  });

  it('replaces only the verdict that was seen', async () => {
    await verdicts.replaceVerdict('arn:b', undefined, claim);
    const announced: KnownVerdict = { ...claim, phase: 'announced' };
    await expect(verdicts.replaceVerdict('arn:b', announced, claim)).resolves.toBe(false);
    await expect(verdicts.replaceVerdict('arn:b', claim, announced)).resolves.toBe(true);
    await expect(verdicts.lastVerdict('arn:b')).resolves.toEqual(announced);
  });

  it('knows nothing of a package that it never saw', async () => {
    await expect(verdicts.lastVerdict('arn:c')).resolves.toBeUndefined();
  });
});
