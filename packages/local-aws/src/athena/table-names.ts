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
 * The tables that a query reads: the names after FROM and JOIN, and after commas in between, but for what WITH names: no
 * catalog is asked about that.
 */
export function tablesNamed(query: string): TableName[] {
  const tokens = [...query.matchAll(TOKEN)].map(([token]) => token).filter((token) => !/^('|--|\/\*)/.test(token));
  const subqueries = namedByWith(tokens);
  const found = new Map<string, TableName>();
  for (let at = 0; at < tokens.length; at++) {
    if (!/^(from|join)$/i.test(tokens[at] ?? '')) continue;
    do {
      const parts: string[] = [];
      do parts.push(nameOf(tokens[++at]));
      while (tokens[at + 1] === '.' && at++ >= 0);
      const table = parts.at(-1) ?? '';
      const database = parts.at(-2);
      const isSubquery = database === undefined && (subqueries.get(table) ?? Number.POSITIVE_INFINITY) < at;
      if (table !== '' && !isSubquery)
        found.set(parts.slice(-2).join('.'), { table, ...(database !== undefined && { database }) });
      if (/^as$/i.test(tokens[at + 1] ?? '')) at++;
      const alias = tokens[at + 1] ?? '';
      if (NAME.test(alias) && !AFTER_TABLE.test(alias.toLowerCase())) at++;
    } while (tokens[at + 1] === ',' && at++ >= 0);
  }
  return [...found.values()];
}

/** The names of subqueries, each with the place where its definition ends: within that the name means a table still. */
function namedByWith(tokens: readonly string[]): Map<string, number> {
  const names = new Map<string, number>();
  tokens.forEach((token, at) => {
    if (!/^(with|recursive|,)$/i.test(tokens[at - 1] ?? '') || !NAME.test(token)) return;
    const as = tokens[at + 1] === '(' ? closing(tokens, at + 1) + 1 : at + 1;
    if (!/^as$/i.test(tokens[as] ?? '') || tokens[as + 1] !== '(') return;
    const name = nameOf(token);
    if (!names.has(name)) names.set(name, closing(tokens, as + 1));
  });
  return names;
}

/** Where the parenthesis is closed that opens at `from`. */
function closing(tokens: readonly string[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    if (tokens[at] === '(') depth++;
    else if (tokens[at] === ')' && --depth === 0) return at;
  }
  return tokens.length;
}

/** A name without its quotes; empty for what is no name, such as the parenthesis of a subquery. */
function nameOf(token = ''): string {
  if (!NAME.test(token)) return '';
  return (token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token).toLowerCase();
}
