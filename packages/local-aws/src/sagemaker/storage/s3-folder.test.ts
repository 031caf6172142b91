import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { administratorCaller } from '../../kernel/caller.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { download } from './s3-folder.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-folder-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each(['../out', 'a/../../out', '.'])('the key %s leads nowhere but into the folder', async (key) => {
  const kernel: Pick<Kernel, 'call'> = { call: () => Promise.reject(new Error('not asked for')) };
  const access = { kernel: kernel as Kernel, caller: administratorCaller('000000000000') };
  const objects = [{ bucket: 'b', key }];
  await expect(download(access, objects, join(folder, 'in'), (name) => name)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('leads outside'),
  });
});

test('nothing is written any more once a failure is told', async () => {
  const bodies: Readable[] = [];
  let asked = 0;
  const call = async () => {
    if (asked++ === 3) throw new Error('S3 is away');
    const body = new Readable({ read() {} });
    bodies.push(body);
    return { Body: body };
  };
  const kernel: Pick<Kernel, 'call'> = { call: call as unknown as Kernel['call'] };
  const access = { kernel: kernel as Kernel, caller: administratorCaller('000000000000') };
  const objects = Array.from({ length: 20 }, (_, index) => ({ bucket: 'b', key: String(index) }));
  let told = false;
  const loading = download(access, objects, join(folder, 'late'), (key) => key).finally(() => {
    told = true;
  });
  loading.catch(() => {});
  while (bodies.length < 7) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(told).toBe(false);
  for (const body of bodies) body.push(null);
  await expect(loading).rejects.toThrow('S3 is away');
  expect(asked).toBe(8);
  expect((await readdir(join(folder, 'late'))).sort()).toEqual(['0', '1', '2', '4', '5', '6', '7']);
});
