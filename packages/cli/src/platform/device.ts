import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { registerInspector } from '@assay/edge-inspector';
import { configPath, coreDeviceMain, provisionCoreDevice } from '@assay/local-greengrass';
import type { Context } from '../context.ts';
import { LAPTOP_DEVICE } from '../names.ts';
import { listenToVerdicts, type Verdict } from './verdict-listener.ts';

export type { Verdict } from './verdict-listener.ts';

/** The edge device that runs on the laptop. */
export interface DeviceProcess {
  thing: string;
  logFolder: string;
  /** Calls back for each verdict from now on. @returns how to stop listening. */
  onVerdict(heard: (verdict: Verdict) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Registers the inspector component, provisions the device and starts its core as a process of its own. */
export async function startDevice(
  context: Context,
  { dataDir, framesDir }: { dataDir: string; framesDir: string },
): Promise<DeviceProcess> {
  const { clients, names, connection } = context;
  const { endpoint, region, credentials } = connection;
  if (!endpoint || !credentials) throw new Error('the laptop device belongs to the embedded AWS');
  await mkdir(framesDir, { recursive: true });
  await registerInspector({
    greengrass: clients.greengrass,
    s3: clients.s3,
    bucket: names.edgeBucket,
    imageBucket: names.imageBucket,
    framesDir,
  });
  const root = join(dataDir, 'device');
  const rootCaPath = join(dataDir, 'aws', 'iot', 'root-ca.pem');
  await provisionCoreDevice({
    iot: clients.iot,
    region,
    thingName: LAPTOP_DEVICE,
    thingGroup: names.thingGroup,
    root,
    roleAlias: names.deviceRoleAlias,
    policyName: names.devicePolicy,
    rootCa: await readFile(rootCaPath, 'utf8'),
    endpointUrl: endpoint,
  });
  const logFolder = join(root, 'logs');
  await mkdir(logFolder, { recursive: true });
  const child = spawn(process.execPath, [fileURLToPath(coreDeviceMain), configPath(root)], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, AWS_ENDPOINT_URL: endpoint, AWS_REGION: region },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(logFolder, 'core.log'), { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  return {
    thing: LAPTOP_DEVICE,
    logFolder,
    onVerdict: async (heard) => listenToVerdicts(context, LAPTOP_DEVICE, await readFile(rootCaPath), heard),
    close: () => ended(child),
  };
}

const LONGEST_STOP = 20_000;

/** Asks the device to stop; a device that doesn't is killed. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP);
  await exit;
  clearTimeout(timer);
}
