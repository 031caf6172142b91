export interface Problem {
  /** AWS's code, e.g. `SCHEMA_VALIDATION_FAILED`. */
  code: string;
  message: string;
  /** A JSON pointer into the definition. */
  location: string;
}

export const schemaProblem = (message: string, location: string): Problem => ({
  code: 'SCHEMA_VALIDATION_FAILED',
  message,
  location,
});
