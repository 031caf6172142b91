import type { z } from 'zod';
import { PermanentError } from './errors.ts';

const PREFIX = 'ASSAY_';

/** `busName` is read from `ASSAY_BUS_NAME`. */
export function variableOf(key: string): string {
  return PREFIX + key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function keyOf(variable: string): string {
  return variable
    .slice(PREFIX.length)
    .toLowerCase()
    .replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * A function's settings out of its environment: the schema's key `busName` is the variable `ASSAY_BUS_NAME`. Every
 * `ASSAY_` variable has to be one of the schema's when it is strict, so that a mistyped name is noticed. Throws
 * {@link PermanentError} `invalid-config`, naming each variable and what is wrong with it.
 */
export function readConfig<Config>(
  schema: z.ZodType<Config>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const values: Record<string, string> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (variable.startsWith(PREFIX) && value !== undefined) values[keyOf(variable)] = value;
  }
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `${variableOf(key)} is not a setting of this function; correct or remove it`);
    }
    const key = String(issue.path[0]);
    return key in values
      ? [`${variableOf(key)} is "${values[key]}": ${issue.message}`]
      : [`${variableOf(key)} is not set; set it under the function's environment in serverless.yml`];
  });
  throw new PermanentError('invalid-config', `the function's environment is incomplete: ${problems.join('; ')}`, {
    cause: result.error,
  });
}
