import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { administratorCaller } from '../kernel/caller.ts';
import { manualClock } from '../kernel/clock.ts';
import { Kernel } from '../kernel/kernel.ts';
import { s3Service } from './service.ts';

const caller = administratorCaller('000000000000');

describe('S3 called by other services of the process', () => {
  let folder: string;
  let kernel: Kernel;
  const clock = manualClock();

  async function open() {
    const reported: string[] = [];
    kernel = new Kernel(
      {
        dataDir: folder,
        account: '000000000000',
        region: 'eu-west-1',
        clock,
        images: {},
        report: (m) => reported.push(m),
      },
      [s3Service],
    );
    await kernel.start('http://127.0.0.1:0');
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-s3-'));
    await open();
    await kernel.call('s3', 'CreateBucket', { Bucket: 'things' }, caller);
  });

  afterEach(async () => {
    await kernel.close();
    await rm(folder, { recursive: true, force: true });
  });

  const put = (Key: string, Body: string) => kernel.call('s3', 'PutObject', { Bucket: 'things', Key, Body }, caller);
  const text = async (Key: string, Range?: string) => {
    const { Body } = await kernel.call('s3', 'GetObject', { Bucket: 'things', Key, Range }, caller);
    return Body?.transformToString();
  };
  const files = () => readdir(join(folder, 's3', 'objects'));

  it('gives back what was put, whole and in ranges, also after a restart', async () => {
    await put('../../etc/passwd', 'hello world');
    await kernel.close();
    await open();
    expect(await text('../../etc/passwd')).toBe('hello world');
    expect(await text('../../etc/passwd', 'bytes=6-')).toBe('world');
    expect(await text('../../etc/passwd', 'bytes=-3')).toBe('rld');
    expect(await files()).toHaveLength(1);
  });

  it('removes the bytes of what was replaced, but not under a reader', async () => {
    await put('a', 'old');
    const { Body } = await kernel.call('s3', 'GetObject', { Bucket: 'things', Key: 'a' }, caller);
    await put('a', 'new');
    await clock.advance(0);
    expect(await Body?.transformToString()).toBe('old');
    await clock.advance(2000);
    await expect.poll(files).toHaveLength(1);
    expect(await text('a')).toBe('new');
  });

  it('lets one of two conditional writes win', async () => {
    const write = (Body: string) =>
      kernel.call('s3', 'PutObject', { Bucket: 'things', Key: 'once', Body, IfNoneMatch: '*' }, caller);
    const results = await Promise.allSettled([write('one'), write('two')]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect.poll(files).toHaveLength(1);
  });
});
