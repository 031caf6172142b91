import type { Operation } from '../../kernel/service.ts';
import { type Catalog, requireDatabase } from '../catalog.ts';

/** Deletes the database with its tables; what the tables point to stays. */
export const deleteDatabase: Operation<'glue', 'DeleteDatabase', Catalog> = ({ Name }, _request, catalog) => {
  const { name } = requireDatabase(catalog, Name);
  for (const { key } of catalog.tables.list({ prefix: `${name}/` })) catalog.tables.delete(key);
  catalog.databases.delete(name);
  return {};
};
