import type { ChildProcess } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { configPath } from '@assay/local-greengrass';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenersOf } from '../../packages/local-aws/test/listeners.ts';
import { until } from './cloud.ts';
import { ended, type InspectedLine, startLine } from './inspected-line.ts';

let line: InspectedLine;
let device: ChildProcess;

beforeAll(async () => {
  line = await startLine();
  device = line.startDevice();
});
afterAll(async () => {
  device.kill('SIGTERM');
  await ended(device);
  await line.cloud.close();
});

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test.runIf(process.platform === 'linux')('a core device listens on the loopback address only', async () => {
  const { pid = 0 } = device;
  await until(() => listenersOf(pid).length > 0);
  expect(listenersOf(pid).filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);
});

test('its key, its configuration and its socket are its owner’s only', async () => {
  const { root, privateKeyPath } = line.config;
  expect(mode(root)).toBe('700');
  for (const path of [privateKeyPath, configPath(root)]) expect(mode(path), path).toBe('600');
  const socket = join(root, 'ipc.socket');
  // It is closed to others right after it is there, in a folder that already is.
  await until(() => existsSync(socket) && mode(socket) === '600');
});
