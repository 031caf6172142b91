import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { administratorCaller } from '../kernel/caller.ts';
import { manualClock } from '../kernel/clock.ts';
import { Kernel } from '../kernel/kernel.ts';
import { logsService } from './service.ts';

it('forgets what outlived its retention', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'logs-'));
  const clock = manualClock();
  const caller = administratorCaller('000000000000');
  const options = { dataDir: folder, account: '000000000000', region: 'eu-west-1', clock, images: {} };
  const kernel = new Kernel({ ...options, report: () => undefined }, [logsService]);
  await kernel.start('http://127.0.0.1:0');
  for (const logGroupName of ['short', 'long']) {
    await kernel.call('logs', 'CreateLogGroup', { logGroupName }, caller);
    await kernel.call('logs', 'CreateLogStream', { logGroupName, logStreamName: 's' }, caller);
    const logEvents = [{ timestamp: clock.now(), message: 'hello' }];
    await kernel.call('logs', 'PutLogEvents', { logGroupName, logStreamName: 's', logEvents }, caller);
  }
  await kernel.call('logs', 'PutRetentionPolicy', { logGroupName: 'short', retentionInDays: 1 }, caller);
  await clock.advance(3 * 86_400_000);
  const left = async (logGroupName: string) =>
    (await kernel.call('logs', 'FilterLogEvents', { logGroupName }, caller)).events?.length;
  expect([await left('short'), await left('long')]).toEqual([0, 1]);
  await kernel.close();
  await rm(folder, { recursive: true });
});
