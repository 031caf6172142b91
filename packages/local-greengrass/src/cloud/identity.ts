import { readFile } from 'node:fs/promises';
import type { CoreDeviceConfig } from '../configuration-file.ts';

/** What a device proves who it is with, and whom it believes (PEM). */
export interface Identity {
  cert: string;
  key: string;
  ca: string;
}

export async function readIdentity(config: CoreDeviceConfig): Promise<Identity> {
  const [cert, key, ca] = await Promise.all(
    [config.certificatePath, config.privateKeyPath, config.rootCaPath].map((path) => readFile(path, 'utf8')),
  );
  if (!cert || !key || !ca)
    throw new Error(`certificate, key or root CA of ${config.thingName} is empty: provision the device again`);
  return { cert, key, ca };
}
