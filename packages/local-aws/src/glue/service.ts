import { defineService } from '../kernel/service.ts';
import { type Catalog, createCatalog } from './catalog.ts';
import { createDatabase } from './operations/create-database.ts';
import { createTable } from './operations/create-table.ts';
import { deleteDatabase } from './operations/delete-database.ts';
import { deleteTable } from './operations/delete-table.ts';
import { getDatabase, getDatabases } from './operations/get-databases.ts';
import { getTable, getTables } from './operations/get-tables.ts';
import { updateDatabase } from './operations/update-database.ts';
import { updateTable } from './operations/update-table.ts';
import { glueAuthorization } from './permissions.ts';
import { databaseResource } from './resources/database.ts';

export const glueService = defineService<'glue', Catalog>({
  name: 'glue',
  signingName: 'glue',
  load: () => import('@aws-sdk/client-glue'),
  create: createCatalog,
  authorization: glueAuthorization,
  operations: {
    CreateDatabase: createDatabase,
    CreateTable: createTable,
    DeleteDatabase: deleteDatabase,
    DeleteTable: deleteTable,
    GetDatabase: getDatabase,
    GetDatabases: getDatabases,
    GetTable: getTable,
    GetTables: getTables,
    UpdateDatabase: updateDatabase,
    UpdateTable: updateTable,
  },
  resources: { 'AWS::Glue::Database': databaseResource },
});
