import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { instantSchema } from '../../shapes/identifiers.ts';

export const TrainingRequested = defineEvent({
  name: 'TrainingRequested',
  version: 1,
  owner: 'training',
  consumers: ['training'],
  openToAll: true,
  describe: 'Somebody asks for a training, without waiting for more labels or for the schedule.',
  data: z.object({
    reason: z.string().min(1),
    requestedBy: z.string().min(1),
    /** Train on the labels as they were then; now when absent. */
    asOf: instantSchema.optional(),
  }),
  sample: { reason: 'the new fixture is in use', requestedBy: 'mara', asOf: '2026-03-04T10:12:00.000Z' },
});
