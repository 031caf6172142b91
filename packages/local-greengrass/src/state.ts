import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from './files.ts';

const snapshotSchema = z.object({
  /** Component → the version and configuration that run. */
  components: z.record(z.string(), z.object({ version: z.string(), configuration: z.record(z.string(), z.unknown()) })),
  /** Deployment target (a thing group's configuration, without its revision) → what it asked for last. */
  targets: z.record(
    z.string(),
    z.object({
      configurationArn: z.string(),
      deploymentId: z.string(),
      roots: z.record(z.string(), z.string()),
    }),
  ),
});
/** What a device runs and who asked for it. */
export type Snapshot = z.infer<typeof snapshotSchema>;

const stateSchema = z.object({
  current: snapshotSchema,
  /** Present while a deployment is being merged: what to go back to when it fails or the device dies. */
  merging: z.object({ jobId: z.string(), previous: snapshotSchema }).optional(),
  /** The end of a deployment that the cloud hasn't confirmed to have heard. */
  unreported: z
    .object({
      jobId: z.string(),
      status: z.enum(['SUCCEEDED', 'FAILED', 'REJECTED']),
      statusDetails: z.record(z.string(), z.string()),
    })
    .optional(),
  /** Of the last fleet status message. */
  sequenceNumber: z.number().int(),
});
export type DeviceState = z.infer<typeof stateSchema>;

/** The device's memory: one file, written whole. */
export interface StateFile {
  readonly value: DeviceState;
  update(change: Partial<DeviceState>): Promise<void>;
}

export function openState(root: string): StateFile {
  const path = join(root, 'config', 'state.json');
  let value: DeviceState = existsSync(path)
    ? stateSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    : { current: { components: {}, targets: {} }, sequenceNumber: 0 };
  let writing = Promise.resolve();
  return {
    get value() {
      return value;
    },
    update(change) {
      value = { ...value, ...change };
      const content = `${JSON.stringify(value, null, 2)}\n`;
      // One after the other, in the order of the changes; a failed write must not block the next.
      writing = writing.catch(() => undefined).then(() => writeFileAtomically(path, content));
      return writing;
    },
  };
}
