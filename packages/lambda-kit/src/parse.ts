import { type EventDefinition, EventError, explain, type ParsedEvent, parseEvent } from '@assay/events';
import { z } from 'zod';
import { PermanentError } from './errors.ts';

/** Holds `value` against `schema`. Throws {@link PermanentError} `invalid-input`, naming every field that is wrong. */
export function parseInput<Value>(schema: z.ZodType<Value>, value: unknown, what: string): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new PermanentError('invalid-input', `${what} does not fit its schema: ${explain(result.error)}`, {
    cause: result.error,
  });
}

/** The schema of a catalogued event inside a queue's message, for `queueHandler` and `queueBatchHandler`. */
export function eventBody<Data extends z.ZodObject>(
  definition: EventDefinition<string, Data>,
): z.ZodType<ParsedEvent<z.output<Data>>> {
  return z.unknown().transform((value, context) => {
    try {
      return parseEvent(definition, value);
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
}

const correlatedSchema = z.object({
  metadata: z.object({ correlationId: z.string() }),
});

/** The correlation id of a parsed event or of an EventBridge event around one, when there is any. */
export function correlationIdOf(value: unknown): string | undefined {
  const direct = correlatedSchema.safeParse(value);
  if (direct.success) return direct.data.metadata.correlationId;
  const wrapped = z.object({ detail: correlatedSchema }).safeParse(value);
  return wrapped.success ? wrapped.data.detail.metadata.correlationId : undefined;
}
