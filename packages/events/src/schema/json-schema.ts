import { z } from 'zod';
import type { EventDefinition } from '../envelope/definition.ts';

/** The JSON Schema (draft 2020-12) of an event's `detail`, for people and programs without zod. */
export function jsonSchemaOf(definition: EventDefinition): unknown {
  return {
    title: `${definition.name} v${definition.version}`,
    description: definition.describe,
    ...z.toJSONSchema(definition.schema, { target: 'draft-2020-12', io: 'input' }),
  };
}

/** The file, below `schemas/`, that keeps it. */
export function snapshotName(definition: EventDefinition): string {
  return `${definition.name}.v${definition.version}.json`;
}
