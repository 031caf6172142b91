import { messageOf } from '../../kernel/errors.ts';
import { asReference, isRecord, type Reference, valueAt } from './references.ts';
import { StepFailure } from './step-failure.ts';

/** What references and functions are resolved against. */
export interface Scope {
  /** The value of a reference; undefined when it has none. */
  get(reference: Reference): Promise<unknown>;
  /** Text of a property file, named by its step and its own name. */
  propertyFile(step: string, name: string): Promise<string>;
  /** Text of an S3 object. */
  readText(uri: string): Promise<string>;
}

/** A value with all references and functions (`Get`, `Std:Join`, `Std:JsonGet`) replaced by what they stand for. */
export async function resolve(value: unknown, scope: Scope): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((entry) => resolve(entry, scope)));
  if (!isRecord(value)) return value;
  const reference = asReference(value);
  if (reference) {
    const found = await scope.get(reference);
    if (found === undefined) throw new StepFailure(`ClientError: ${JSON.stringify(value)} has no value`);
    return found;
  }
  const [name, ...others] = Object.keys(value);
  if (others.length === 0 && name === 'Get')
    throw new StepFailure(`ClientError: ${JSON.stringify(value)} is not a reference that exists here`);
  if (others.length === 0 && name === 'Std:Join') return join(value[name], scope);
  if (others.length === 0 && name === 'Std:JsonGet') return jsonGet(value[name], scope);
  const entries = Object.entries(value).map(async ([key, entry]) => [key, await resolve(entry, scope)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function join(argument: unknown, scope: Scope): Promise<string> {
  if (!isRecord(argument) || !Array.isArray(argument.Values))
    throw new StepFailure(`ClientError: Std:Join needs Values: ${JSON.stringify(argument)}`);
  const values = await Promise.all(argument.Values.map((value) => resolve(value, scope)));
  return values.map(String).join(argument.On === undefined ? '' : String(argument.On));
}

async function jsonGet(argument: unknown, scope: Scope): Promise<unknown> {
  const { PropertyFile, S3Uri, Path } = isRecord(argument) ? argument : {};
  const file = asReference(PropertyFile);
  const fileName = /^PropertyFiles\.(.+)$/.exec(file?.path ?? '')?.[1];
  const where = JSON.stringify(argument);
  if (typeof Path !== 'string' || (fileName === undefined && S3Uri === undefined))
    throw new StepFailure(`ClientError: Std:JsonGet needs Path and PropertyFile or S3Uri: ${where}`);
  let document: unknown;
  try {
    document = JSON.parse(
      file && fileName !== undefined
        ? await scope.propertyFile(file.name, fileName)
        : await scope.readText(String(await resolve(S3Uri, scope))),
    );
  } catch (error) {
    if (error instanceof StepFailure) throw error;
    throw new StepFailure(`ClientError: The file of ${where} cannot be read as JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const found = valueAt(document, Path);
  if (found === undefined) throw new StepFailure(`ClientError: The file of ${where} has nothing at ${Path}`);
  return found;
}
