import type { Operation } from '../../kernel/service.ts';
import { type Catalog, describeDatabase, page, requireDatabase } from '../catalog.ts';

export const getDatabase: Operation<'glue', 'GetDatabase', Catalog> = ({ Name }, _request, catalog) => ({
  Database: describeDatabase(catalog, requireDatabase(catalog, Name)),
});

export const getDatabases: Operation<'glue', 'GetDatabases', Catalog> = (
  { MaxResults, NextToken },
  _request,
  catalog,
) => {
  const { items, ...next } = page(catalog.databases.list(), MaxResults, NextToken);
  return { DatabaseList: items.map(({ value }) => describeDatabase(catalog, value)), ...next };
};
