import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectionFile, type LocalConnection, localConnection, publishConnection } from './connection.ts';

let dataDir: string;
let server: Server;
let connection: LocalConnection;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'connection-'));
  server = createServer((_, response) => response.end('a certificate'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  connection = {
    stage: 'local',
    region: 'eu-west-1',
    account: '000000000000',
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'very secret' },
    pid: process.pid,
  };
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await rm(dataDir, { recursive: true });
});

describe('a connection', () => {
  it('is written down, with a profile for the aws CLI, for nobody but its owner', async () => {
    await writeFile(connectionFile(dataDir), 'of an earlier one');
    await chmod(connectionFile(dataDir), 0o644);
    await publishConnection(dataDir, connection);
    expect(await localConnection(dataDir)).toEqual(connection);
    expect(await readFile(join(dataDir, 'credentials'), 'utf8')).toBe(
      '[assay]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = very secret\nregion = eu-west-1\n',
    );
    for (const file of await readdir(dataDir)) expect((await stat(join(dataDir, file))).mode & 0o777, file).toBe(0o600);
    expect((await readdir(dataDir)).sort()).toEqual(['connection.json', 'credentials']);
  });

  it('is none when its process has ended, or when its number is another process’s now', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await publishConnection(dataDir, { ...connection, pid });
    await expect(localConnection(dataDir)).rejects.toThrow('No embedded AWS is running');
    await publishConnection(dataDir, connection);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(localConnection(dataDir)).rejects.toThrow('No embedded AWS is running');
  });

  it('is named when it is damaged', async () => {
    await writeFile(connectionFile(dataDir), '{"stage":"local"');
    await expect(localConnection(dataDir)).rejects.toThrow(`${connectionFile(dataDir)} is damaged.`);
  });
});
