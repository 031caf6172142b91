import { z } from 'zod';
import { EventError } from '../errors.ts';
import type { EventDefinition } from './definition.ts';
import { type Metadata, metadataSchema } from './metadata.ts';

/** An event that was checked against its definition. */
export interface ParsedEvent<Data> {
  readonly metadata: Metadata;
  readonly data: Data;
}

const bridgeEventSchema = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.object({ metadata: z.unknown(), data: z.unknown() }),
});

/**
 * Checks an EventBridge event against its definition: said by its owner, of this type and version, and fitting the
 * schema. Unknown fields are dropped. Throws {@link EventError}, naming every field that is wrong.
 */
export function parseEvent<Data extends z.ZodObject>(
  definition: EventDefinition<string, Data>,
  event: unknown,
): ParsedEvent<z.output<Data>> {
  const envelope = check(definition, bridgeEventSchema, event, []);
  if (envelope['detail-type'] !== definition.name) {
    throw new EventError(
      'wrong-type',
      `expected the event ${definition.name} but got ${envelope['detail-type']}; correct the rule that sent it here`,
    );
  }
  if (envelope.source !== definition.source) {
    throw new EventError(
      'wrong-source',
      `${definition.name} belongs to ${definition.source} but was said by ${envelope.source}; it is not believed`,
    );
  }
  const metadata = check(definition, metadataSchema, envelope.detail.metadata, ['detail', 'metadata']);
  if (metadata.version !== definition.version) {
    throw new EventError(
      'invalid-event',
      `${definition.name} has version ${metadata.version} but this consumer understands version ${definition.version}`,
    );
  }
  return { metadata, data: check(definition, definition.data, envelope.detail.data, ['detail', 'data']) };
}

function check<Schema extends z.ZodType>(
  definition: EventDefinition,
  schema: Schema,
  value: unknown,
  path: readonly string[],
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new EventError('invalid-event', `${definition.name} does not fit its schema: ${explain(result.error, path)}`, {
    cause: result.error,
  });
}

/** A log line is no place for the whole of a long list. */
const ISSUES_TOLD = 10;

/** `detail.data.images.items.3.width: expected number` for each of the first issues. */
export function explain(error: z.ZodError, path: readonly string[] = []): string {
  const told = error.issues.slice(0, ISSUES_TOLD);
  const words = told.map((issue) => `${[...path, ...issue.path].join('.') || '(root)'}: ${issue.message}`);
  const more = error.issues.length - told.length;
  return more > 0 ? `${words.join('; ')}; and ${more} more` : words.join('; ');
}
