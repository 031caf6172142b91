import { z } from 'zod';

/** The envelope that every event of ours carries in `detail.metadata`. */
export const metadataSchema = z.object({
  eventId: z.uuid(),
  correlationId: z.string().min(1),
  causationId: z.string().min(1).optional(),
  occurredAt: z.iso.datetime(),
  producer: z.string().regex(/^assay\.[a-z][a-z0-9-]*$/, 'assay.<service> expected'),
  version: z.int().positive(),
});

export type Metadata = z.output<typeof metadataSchema>;

/** What an event that follows from another one inherits: it belongs to the same story, and the other one caused it. */
export function childOf(cause: Metadata): { correlationId: string; causationId: string } {
  return { correlationId: cause.correlationId, causationId: cause.eventId };
}
