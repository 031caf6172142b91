import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** What is read of a package.json. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly os: readonly string[];
  readonly cpu: readonly string[];
  readonly libc: readonly string[];
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

const versions = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(value ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

export function readManifest(root: string): PackageManifest {
  const raw: unknown = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const field = (name: string): unknown =>
    typeof raw === 'object' && raw !== null ? Reflect.get(raw, name) : undefined;
  return {
    name: String(field('name')),
    version: String(field('version')),
    dependencies: versions(field('dependencies')),
    optionalDependencies: versions(field('optionalDependencies')),
    os: strings(field('os')),
    cpu: strings(field('cpu')),
    libc: strings(field('libc')),
  };
}

/** The folder of a package as Node would find it from `from`: the nearest `node_modules` upwards that has it. */
export function findPackage(name: string, from: string): string | undefined {
  for (let directory = from; ; directory = path.dirname(directory)) {
    const candidate = path.join(directory, 'node_modules', name);
    if (existsSync(path.join(candidate, 'package.json'))) return realpathSync(candidate);
    if (directory === path.dirname(directory)) return undefined;
  }
}
