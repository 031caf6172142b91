import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { type Catalog, requireDatabase } from '../catalog.ts';

export const updateDatabase: Operation<'glue', 'UpdateDatabase', Catalog> = (
  { Name, DatabaseInput },
  _request,
  catalog,
) => {
  const found = requireDatabase(catalog, Name);
  if (!DatabaseInput) throw new AwsError('InvalidInputException', 'DatabaseInput is required.');
  catalog.databases.put(found.name, { ...found, input: DatabaseInput });
  return {};
};
