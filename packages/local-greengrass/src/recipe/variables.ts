import { readPointer } from '../configuration.ts';

/** What a component's variables stand for. */
export interface VariableScope {
  thingName: string;
  /** The nucleus's root folder. */
  rootPath: string;
  /** The component's own work folder. */
  workPath: string;
  artifactsPath: string;
  decompressedPath: string;
  configuration: unknown;
}

/**
 * Replaces recipe variables in a lifecycle script ("Recipe variables"): `{artifacts:path}`, `{artifacts:decompressedPath}`,
 * `{configuration:/pointer}`, `{work:path}`, `{kernel:rootPath}`, `{iot:thingName}`, and each but the last two also of a
 * dependency, as `{com.example.Other:artifacts:path}`. What isn't a variable stays as it is, as on the nucleus; an object
 * in the configuration is written as JSON.
 *
 * @param scopeOf the scope of the component itself (no name) or of a dependency; undefined when it isn't one.
 */
export function interpolate(text: string, scopeOf: (component?: string) => VariableScope | undefined): string {
  return text.replace(
    /\{(?:([^:{}\s]+):)?(artifacts|configuration|work|kernel|iot):([^{}\s]+)\}/g,
    (whole, component: string | undefined, namespace: string, key: string) =>
      resolved(scopeOf(component), namespace, key) ?? whole,
  );
}

function resolved(scope: VariableScope | undefined, namespace: string, key: string): string | undefined {
  if (!scope) return undefined;
  switch (`${namespace}:${key}`) {
    case 'artifacts:path':
      return scope.artifactsPath;
    case 'artifacts:decompressedPath':
      return scope.decompressedPath;
    case 'work:path':
      return scope.workPath;
    case 'kernel:rootPath':
      return scope.rootPath;
    case 'iot:thingName':
      return scope.thingName;
  }
  if (namespace !== 'configuration') return undefined;
  const value = readPointer(scope.configuration, key);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
