import { z } from 'zod';

/** How a device ended a deployment. */
export const deviceOutcomeSchema = z.object({
  thing: z.string().min(1),
  /** As Greengrass reports it: SUCCEEDED, FAILED, TIMED_OUT, REJECTED, CANCELED. */
  status: z.string().min(1),
  /** The device's own words, when it gave any. */
  detail: z.string().optional(),
});

export type DeviceOutcome = z.output<typeof deviceOutcomeSchema>;

/** How many devices came to which status. */
export const deviceCountsSchema = z.record(z.string().min(1), z.int().positive());
