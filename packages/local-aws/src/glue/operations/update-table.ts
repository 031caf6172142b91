import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { type Catalog, requireTable, tableKey } from '../catalog.ts';

export const updateTable: Operation<'glue', 'UpdateTable', Catalog> = (
  { DatabaseName, TableInput },
  _request,
  catalog,
) => {
  if (!TableInput) throw new AwsError('InvalidInputException', 'TableInput is required.');
  const found = requireTable(catalog, DatabaseName, TableInput.Name);
  const updated = { ...found, input: TableInput, updated: catalog.kernel.clock.now() };
  catalog.tables.put(tableKey(found.database, found.name), updated);
  return {};
};
