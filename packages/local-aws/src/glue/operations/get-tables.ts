import { AwsError, messageOf } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { type Catalog, describeTable, page, requireDatabase, requireTable } from '../catalog.ts';

export const getTable: Operation<'glue', 'GetTable', Catalog> = ({ DatabaseName, Name }, _request, catalog) => ({
  Table: describeTable(catalog, requireTable(catalog, DatabaseName, Name)),
});

/** `Expression` is a regular expression for names. */
export const getTables: Operation<'glue', 'GetTables', Catalog> = (input, _request, catalog) => {
  const database = requireDatabase(catalog, input.DatabaseName).name;
  const expression = input.Expression === undefined ? undefined : patternOf(input.Expression);
  const tables = catalog.tables
    .list({ prefix: `${database}/` })
    .filter(({ value }) => expression?.test(value.name) ?? true);
  const { items, ...next } = page(tables, input.MaxResults, input.NextToken);
  return { TableList: items.map(({ value }) => describeTable(catalog, value)), ...next };
};

function patternOf(expression: string): RegExp {
  try {
    return new RegExp(`^(?:${expression})$`);
  } catch (error) {
    throw new AwsError('InvalidInputException', `Expression is no regular expression: ${messageOf(error)}`);
  }
}
