import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import { type Catalog, folded } from './catalog.ts';

/** "You must have permission on the catalog, the database and the table": an object needs all that it is in. */
const database = (kernel: Kernel, name: string | undefined) => [
  kernel.arn('glue', 'catalog'),
  kernel.arn('glue', `database/${folded(name)}`),
];
const table = (kernel: Kernel, inDatabase: string | undefined, name: string | undefined) => [
  ...database(kernel, inDatabase),
  kernel.arn('glue', `table/${folded(inDatabase)}/${folded(name)}`),
];
const namedTable = (
  { DatabaseName, Name }: { DatabaseName?: string | undefined; Name?: string | undefined },
  kernel: Kernel,
) => table(kernel, DatabaseName, Name);
const givenTable = (
  {
    DatabaseName,
    TableInput,
  }: { DatabaseName?: string | undefined; TableInput?: { Name?: string | undefined } | undefined },
  kernel: Kernel,
) => table(kernel, DatabaseName, TableInput?.Name);

export const glueAuthorization: ServiceAuthorization<'glue', Catalog> = {
  prefix: 'glue',
  permissions: {
    CreateDatabase: ({ DatabaseInput }, kernel) => database(kernel, DatabaseInput?.Name),
    CreateTable: givenTable,
    DeleteDatabase: ({ Name }, kernel) => database(kernel, Name),
    DeleteTable: namedTable,
    GetDatabase: ({ Name }, kernel) => database(kernel, Name),
    GetDatabases: (_input, kernel) => database(kernel, '*'),
    GetTable: namedTable,
    GetTables: ({ DatabaseName }, kernel) => table(kernel, DatabaseName, '*'),
    UpdateDatabase: ({ Name }, kernel) => database(kernel, Name),
    UpdateTable: givenTable,
  },
};
