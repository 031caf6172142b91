import { instantSchema, metadataSchema } from '@assay/events';
import { z } from 'zod';

const text = z.string().min(1);

/** What the table's items look like; keys aside. */
export const runItem = z.object({
  runId: text,
  asOf: instantSchema,
  approved: z.int().nonnegative(),
  /** Items of before it was kept have none. */
  stored: z.int().nonnegative().default(0),
});

export const labelSourceItem = z.object({
  catalog: text,
  database: text,
  table: text,
  workGroup: text,
  queryOutput: text,
});

export const progressItem = z.object({ asOf: instantSchema });

export const lockItem = z.object({ token: text, since: instantSchema });

export const trainingItem = z.object({
  token: text,
  reason: z.enum(['enough-labels', 'schedule', 'requested']),
  asOf: instantSchema,
  approvedLabels: z.int().nonnegative(),
  storedRecords: z.int().nonnegative().default(0),
  cause: metadataSchema.optional(),
});

export const trainingRecordItem = trainingItem.extend({
  executionArn: text.optional(),
  announced: metadataSchema.optional(),
});

export const executionItem = z.object({ token: text.optional(), outcome: z.enum(['trained', 'failed']).optional() });
