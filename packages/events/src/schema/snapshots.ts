/**
 * Keeps the JSON Schemas of all events in `schemas/`: `node packages/events/src/schema/snapshots.ts`. A change that
 * would break somebody is refused; give the event a new version instead.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { catalogue } from '../catalogue/catalogue.ts';
import type { EventDefinition } from '../envelope/definition.ts';
import { incompatibilities } from './compatibility.ts';
import { jsonSchemaOf, snapshotName } from './json-schema.ts';

const folder = path.resolve(import.meta.dirname, '../../schemas');

export function snapshotPath(definition: EventDefinition): string {
  return path.join(folder, snapshotName(definition));
}

export function readSnapshot(definition: EventDefinition): unknown {
  const file = snapshotPath(definition);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function writeSnapshots(): void {
  for (const definition of Object.values(catalogue)) {
    const schema = jsonSchemaOf(definition);
    const before = readSnapshot(definition);
    if (isDeepStrictEqual(before, JSON.parse(JSON.stringify(schema)))) continue;
    const broken = before === undefined ? [] : incompatibilities(before, schema);
    if (broken.length > 0) {
      throw new Error(
        `${definition.name} would break others (${broken.join('; ')}); give it version ${definition.version + 1}`,
      );
    }
    writeFileSync(snapshotPath(definition), `${JSON.stringify(schema, null, 2)}\n`);
  }
}

if (import.meta.main) writeSnapshots();
