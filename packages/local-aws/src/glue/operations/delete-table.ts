import type { Operation } from '../../kernel/service.ts';
import { type Catalog, requireTable, tableKey } from '../catalog.ts';

/** Deletes the table's description; the objects that it points to stay. */
export const deleteTable: Operation<'glue', 'DeleteTable', Catalog> = ({ DatabaseName, Name }, _request, catalog) => {
  const { database, name } = requireTable(catalog, DatabaseName, Name);
  catalog.tables.delete(tableKey(database, name));
  return {};
};
