import { randomUUID } from 'node:crypto';
import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { EventDefinition } from '../envelope/definition.ts';
import { childOf, type Metadata } from '../envelope/metadata.ts';
import { explain } from '../envelope/parse-event.ts';
import { EventError } from '../errors.ts';
import { INLINE_ITEMS } from '../shapes/claim.ts';
import { checkIn } from './claim-check.ts';
import { CLAIM_CHECK_BYTES, entryBytes, MAX_CALL_BYTES } from './entry-size.ts';

export interface EntryOptions {
  readonly busName: string;
  /** Where long lists go. A service whose events have no lists needs neither this nor the bucket. */
  readonly s3?: Pick<S3Client, 'send'>;
  readonly claimBucket?: string;
  /** `assay.<service>`: who speaks. */
  readonly producer: string;
  readonly now?: () => Date;
  readonly newId?: () => string;
}

/** What an event follows from. Without either, a new story begins. */
export interface PublishContext {
  readonly correlationId?: string;
  readonly causedBy?: Metadata;
}

/** One event of a call to `publishAll`. Made by {@link outgoing}, so that the data is held against the definition. */
export interface Outgoing extends PublishContext {
  readonly definition: EventDefinition;
  readonly data: unknown;
}

const draftSchema = z.record(z.string(), z.unknown());
const fullListSchema = z.object({ items: z.array(z.unknown()) });

/** Turns an event into its entry: envelope, validation, and the claim check for lists that are too long to travel. */
export async function prepareEntry(
  options: EntryOptions,
  { definition, data, ...context }: Outgoing,
): Promise<{ entry: PutEventsRequestEntry; metadata: Metadata }> {
  if (!definition.openToAll && definition.source !== options.producer) {
    throw new EventError(
      'not-the-owner',
      `${definition.name} belongs to ${definition.source}; ${options.producer} has to say an event of its own`,
    );
  }
  const metadata = metadataFor(options, definition, context);
  const draft = draftSchema.parse(data);
  const entryOf = (fields: Record<string, unknown>) => toEntry(options, definition, metadata, fields);

  let fields = await claimLists(options, definition, draft, (items) => items.length > INLINE_ITEMS);
  if (entryBytes(entryOf(fields)) >= CLAIM_CHECK_BYTES) {
    fields = await claimLists(options, definition, draft, (items) => items.length > 0);
  }
  const entry = entryOf(validated(definition, fields));
  const bytes = entryBytes(entry);
  if (bytes >= MAX_CALL_BYTES) {
    throw new EventError(
      'entry-too-large',
      `${definition.name} takes ${bytes} bytes, the limit is ${MAX_CALL_BYTES}; move what is large into a claimable list`,
    );
  }
  return { entry, metadata };
}

function metadataFor(options: EntryOptions, definition: EventDefinition, context: PublishContext): Metadata {
  const newId = options.newId ?? randomUUID;
  const inherited = context.causedBy && childOf(context.causedBy);
  return {
    eventId: newId(),
    correlationId: context.correlationId ?? inherited?.correlationId ?? newId(),
    ...(inherited && { causationId: inherited.causationId }),
    occurredAt: (options.now ?? (() => new Date()))().toISOString(),
    producer: options.producer,
    version: definition.version,
  };
}

function toEntry(
  options: EntryOptions,
  definition: EventDefinition,
  metadata: Metadata,
  data: unknown,
): PutEventsRequestEntry {
  return {
    Source: definition.source,
    DetailType: definition.name,
    Detail: JSON.stringify({ metadata, data }),
    EventBusName: options.busName,
  };
}

/** Replaces the lists for which `large` holds by their claim checks; their items are checked before they leave. */
async function claimLists(
  options: EntryOptions,
  definition: EventDefinition,
  draft: Record<string, unknown>,
  large: (items: readonly unknown[]) => boolean,
): Promise<Record<string, unknown>> {
  const fields = { ...draft };
  for (const [field, itemSchema] of definition.lists) {
    const list = fullListSchema.safeParse(draft[field]);
    if (!list.success || !large(list.data.items)) continue;
    const items = validItems(definition, field, itemSchema, list.data.items);
    const { s3, claimBucket } = options;
    if (s3 === undefined || claimBucket === undefined) {
      throw new EventError(
        'no-claim-bucket',
        `${definition.name} has ${items.length} ${field}, too many to travel; give its publisher s3 and claimBucket`,
      );
    }
    fields[field] = { manifest: await checkIn(s3, claimBucket, definition.name, items) };
  }
  return fields;
}

function validItems(
  definition: EventDefinition,
  field: string,
  itemSchema: z.ZodType,
  items: readonly unknown[],
): unknown[] {
  const result = z.array(itemSchema).safeParse(items);
  if (result.success) return result.data;
  throw invalid(definition, result.error, ['data', field, 'items']);
}

function validated(definition: EventDefinition, fields: Record<string, unknown>): Record<string, unknown> {
  const result = definition.data.safeParse(fields);
  if (result.success) return result.data;
  throw invalid(definition, result.error, ['data']);
}

function invalid(definition: EventDefinition, error: z.ZodError, path: string[]): EventError {
  return new EventError('invalid-event', `${definition.name} was not published: ${explain(error, path)}`, {
    cause: error,
  });
}
