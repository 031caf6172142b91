import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';

/** A rule of a service, as its serverless.yml declares it. */
export interface ServiceRule {
  readonly service: string;
  /** The resource's logical name, or the path to the shorthand. */
  readonly name: string;
  /** Literal sources; matchers such as prefixes are left out. */
  readonly sources: readonly string[];
  readonly detailTypes: readonly string[];
  readonly schedule?: string;
}

/** All rules of all services below `servicesFolder`, from serverless.yml and the files that it includes. */
export function readServiceRules(servicesFolder: string): ServiceRule[] {
  return readdirSync(servicesFolder)
    .toSorted()
    .filter((service) => existsSync(path.join(servicesFolder, service, 'serverless.yml')))
    .flatMap((service) => {
      const folder = path.join(servicesFolder, service);
      const documents = documentsOf(folder, 'serverless.yml');
      const parameters = objectOf(objectOf(objectOf(documents[0]).params).default);
      return documents
        .flatMap((document) => rulesIn(service, document, []))
        .map((rule) => ({ ...rule, schedule: rule.schedule && withDefaults(rule.schedule, parameters) }));
    });
}

/** Services that have a serverless.yml. */
export function servicesIn(servicesFolder: string): string[] {
  return readdirSync(servicesFolder).filter((each) => existsSync(path.join(servicesFolder, each, 'serverless.yml')));
}

function documentsOf(folder: string, file: string): unknown[] {
  const text = readFileSync(path.join(folder, file), 'utf8');
  // CloudFormation's tags (!Ref, !Sub, …) are no concern here; their values are read as plain ones.
  const document: unknown = parseDocument(text, { logLevel: 'silent' }).toJS({ maxAliasCount: -1 });
  const included = [...text.matchAll(/\$\{file\(([^)$]+\.ya?ml)\)/g)].map(([, name = '']) => name);
  return [document, ...included.flatMap((name) => documentsOf(folder, name))];
}

function rulesIn(service: string, node: unknown, where: readonly string[]): ServiceRule[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Reflect.get(node, 'Type') === 'AWS::Events::Rule') {
    const properties = objectOf(Reflect.get(node, 'Properties'));
    const schedule = properties.ScheduleExpression;
    const pattern = objectOf(properties.EventPattern);
    return [toRule(service, where.at(-1) ?? '', pattern, typeof schedule === 'string' ? schedule : undefined)];
  }
  return Object.entries(node).flatMap(([key, value]) => {
    if (key !== 'eventBridge') return rulesIn(service, value, [...where, key]);
    const shorthand = objectOf(value);
    return [toRule(service, where.join('.'), objectOf(shorthand.pattern ?? shorthand.event))];
  });
}

function toRule(service: string, name: string, pattern: Record<string, unknown>, schedule?: string): ServiceRule {
  return { service, name, sources: literals(pattern.source), detailTypes: literals(pattern['detail-type']), schedule };
}

/** `${param:name}` as it is when a deploy gives no other value. */
function withDefaults(text: string, parameters: Record<string, unknown>): string {
  return text.replace(/\$\{param:([\w-]+)\}/g, (reference, name: string) => String(parameters[name] ?? reference));
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function literals(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
