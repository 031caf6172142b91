/** A table as a query names it, in lower case as Glue keeps names. */
export interface TableName {
  database?: string;
  table: string;
}

const TOKEN = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\S/gu;
const NAME = /^["\p{L}_]/u;
/** What may follow a table and is no alias of it. */
const AFTER_TABLE =
  /^(as|on|using|where|group|order|having|limit|offset|union|except|intersect|join|inner|left|right|full|cross|natural|tablesample|window|fetch|for)$/;

/**
 * The tables that a query reads: the names after FROM and JOIN, and after commas in between. Names of subqueries are among
 * them; whoever looks them up finds no such table.
 */
export function tablesNamed(query: string): TableName[] {
  const tokens = [...query.matchAll(TOKEN)].map(([token]) => token).filter((token) => !/^('|--|\/\*)/.test(token));
  const found = new Map<string, TableName>();
  for (let at = 0; at < tokens.length; at++) {
    if (!/^(from|join)$/i.test(tokens[at] ?? '')) continue;
    do {
      const parts: string[] = [];
      do parts.push(nameOf(tokens[++at]));
      while (tokens[at + 1] === '.' && at++ >= 0);
      const table = parts.at(-1) ?? '';
      const database = parts.at(-2);
      if (table !== '') found.set(parts.slice(-2).join('.'), { table, ...(database !== undefined && { database }) });
      if (/^as$/i.test(tokens[at + 1] ?? '')) at++;
      const alias = tokens[at + 1] ?? '';
      if (NAME.test(alias) && !AFTER_TABLE.test(alias.toLowerCase())) at++;
    } while (tokens[at + 1] === ',' && at++ >= 0);
  }
  return [...found.values()];
}

/** A name without its quotes; empty for what is no name, such as the parenthesis of a subquery. */
function nameOf(token = ''): string {
  if (!NAME.test(token)) return '';
  return (token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token).toLowerCase();
}
