/** What is wrong with a query, in the manner of Athena's `StateChangeReason`. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** DuckDB's complaint about a query, with the code that Athena gives for the like. */
export function fromDuckDb(error: unknown): UserError {
  const message = (error instanceof Error ? error.message : String(error)).replace(
    /^Failed to extract statements: /,
    '',
  );
  const code = CODES.find(([pattern]) => pattern.test(message))?.[1] ?? 'GENERIC_USER_ERROR';
  return new UserError(`${code}: ${message.trim()}`);
}

const CODES: [RegExp, string][] = [
  [/^Catalog Error: Table/, 'TABLE_NOT_FOUND'],
  [/^(Catalog|Binder) Error:.*[Ss]chema/, 'SCHEMA_NOT_FOUND'],
  [/^Binder Error: (Referenced column|Table .* does not have a column)/, 'COLUMN_NOT_FOUND'],
  [/^Catalog Error: Scalar Function/, 'FUNCTION_NOT_FOUND'],
  [/^Binder Error/, 'TYPE_MISMATCH'],
  [/^Parser Error/, 'SYNTAX_ERROR'],
  [/^Conversion Error/, 'INVALID_CAST_ARGUMENT'],
  [/^Permission Error/, 'PERMISSION_DENIED'],
];
