import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { type Catalog, folded, requireDatabase, tableKey } from '../catalog.ts';

export const createTable: Operation<'glue', 'CreateTable', Catalog> = (
  { DatabaseName, TableInput },
  { caller },
  catalog,
) => {
  const database = requireDatabase(catalog, DatabaseName).name;
  const name = folded(TableInput?.Name);
  if (!TableInput || name === '') throw new AwsError('InvalidInputException', 'TableInput.Name is required.');
  const key = tableKey(database, name);
  if (catalog.tables.get(key)) throw new AwsError('AlreadyExistsException', 'Table already exists.');
  const now = catalog.kernel.clock.now();
  catalog.tables.put(key, { database, name, input: TableInput, created: now, updated: now, createdBy: caller.arn });
  return {};
};
