import { CreateDatabaseCommand, CreateTableCommand, GetTablesCommand, GlueClient } from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

describe('tables of a Glue database', () => {
  let aws: TestAws;
  let glue: GlueClient;
  const DatabaseName = 'catalogue';
  const names = async (Expression: string) =>
    (await glue.send(new GetTablesCommand({ DatabaseName, Expression }))).TableList?.map(({ Name }) => Name);

  beforeAll(async () => {
    aws = await startAws();
    glue = aws.client(GlueClient);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: DatabaseName } }));
    for (const Name of ['labels', 'labels_old', 'parts'])
      await glue.send(new CreateTableCommand({ DatabaseName, TableInput: { Name } }));
  });
  afterAll(() => aws.close());

  test('are listed by a regular expression for their whole names', async () => {
    expect(await names('labels.*')).toEqual(['labels', 'labels_old']);
    expect(await names('part')).toEqual([]);
  });

  test('are not listed by what is none', async () => {
    await expect(names('\\')).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});
