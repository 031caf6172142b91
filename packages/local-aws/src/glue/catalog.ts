import type { DatabaseInput, TableInput } from '@aws-sdk/client-glue';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { pageOf } from '../kernel/pages.ts';
import type { Collection } from '../kernel/store.ts';

interface StoredDatabase {
  name: string;
  input: DatabaseInput;
  /** Milliseconds since the epoch. */
  created: number;
}

interface StoredTable {
  database: string;
  name: string;
  input: TableInput;
  created: number;
  updated: number;
  createdBy: string;
}

/** The Data Catalog. Glue folds names of databases and tables to lower case. */
export interface Catalog {
  kernel: Kernel;
  databases: Collection<StoredDatabase>;
  /** By `<database>/<table>`. */
  tables: Collection<StoredTable>;
}

export function createCatalog(kernel: Kernel): Catalog {
  return {
    kernel,
    databases: kernel.store.collection('glue_databases'),
    tables: kernel.store.collection('glue_tables'),
  };
}

export const folded = (name: string | undefined): string => (name ?? '').toLowerCase();
export const tableKey = (database: string | undefined, table: string | undefined) =>
  `${folded(database)}/${folded(table)}`;

/** The database of this name; Glue's error when there is none. */
export function requireDatabase({ databases }: Catalog, name: string | undefined): StoredDatabase {
  const found = databases.get(folded(name));
  if (!found) throw notFound(`Database ${name} not found.`);
  return found;
}

/** The table of this name; Glue's error when there is none. */
export function requireTable(catalog: Catalog, database: string | undefined, name: string | undefined): StoredTable {
  requireDatabase(catalog, database);
  const found = catalog.tables.get(tableKey(database, name));
  if (!found) throw notFound(`Table ${name} not found.`);
  return found;
}

const notFound = (message: string) => new AwsError('EntityNotFoundException', message);

/** A database as Glue describes it. */
export const describeDatabase = ({ kernel }: Catalog, { name, input, created }: StoredDatabase) => ({
  ...input,
  Name: name,
  CreateTime: new Date(created),
  CatalogId: kernel.account,
});

/** A table as Glue describes it. */
export const describeTable = ({ kernel }: Catalog, table: StoredTable) => ({
  ...table.input,
  LastAccessTime: undefined,
  LastAnalyzedTime: undefined,
  ViewDefinition: undefined,
  Name: table.name,
  DatabaseName: table.database,
  CreateTime: new Date(table.created),
  UpdateTime: new Date(table.updated),
  CreatedBy: table.createdBy,
  IsRegisteredWithLakeFormation: false,
  CatalogId: kernel.account,
});

/** A page out of a list that is sorted by name. */
export function page<T>(items: T[], MaxResults = 100, NextToken?: string): { items: T[]; NextToken?: string } {
  const { next, ...found } = pageOf(
    items,
    { most: MaxResults, token: NextToken },
    () => new AwsError('InvalidInputException', 'Invalid continuation token.'),
  );
  return { ...found, ...(next !== undefined && { NextToken: next }) };
}
