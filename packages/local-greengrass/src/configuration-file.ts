import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from './files.ts';

/** Everything that a core device has to know before it can ask the cloud. Paths are absolute. */
export const coreDeviceConfigSchema = z.strictObject({
  thingName: z.string().min(1),
  region: z.string().min(1),
  /** The device's folder: packages, work, logs, state. */
  root: z.string().min(1),
  /** Role alias for the token exchange. */
  roleAlias: z.string().min(1),
  /** `host[:port]`; port 8883 when absent. */
  iotDataEndpoint: z.string().min(1),
  /** `host[:port]`; port 443 when absent. */
  iotCredEndpoint: z.string().min(1),
  /** `host[:port]`; port 8443 when absent. */
  greengrassDataPlaneEndpoint: z.string().min(1),
  certificatePath: z.string().min(1),
  privateKeyPath: z.string().min(1),
  rootCaPath: z.string().min(1),
  /** `AWS_ENDPOINT_URL` for the device's own S3 calls and for its components. */
  endpointUrl: z.url().optional(),
});
export type CoreDeviceConfig = z.infer<typeof coreDeviceConfigSchema>;

export const configPath = (root: string): string => join(root, 'config', 'config.json');

/** Reads and checks a device's configuration file. */
export async function readCoreDeviceConfig(path: string): Promise<CoreDeviceConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`there is no core device configuration at ${path}: provision the device first`, { cause: error });
  }
  const parsed = coreDeviceConfigSchema.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new Error(`${path} is not a core device configuration: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
    });
  return parsed.data;
}

export async function writeCoreDeviceConfig(config: CoreDeviceConfig): Promise<void> {
  await writeFileAtomically(configPath(config.root), `${JSON.stringify(config, null, 2)}\n`);
}
