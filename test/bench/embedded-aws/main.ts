import { Session } from 'node:inspector/promises';
import { startLocalAws } from '@assay/local-aws';
import { z } from 'zod';

/**
 * The embedded AWS as a process of its own, so that its processor time and its profile are its own. Started by `process.ts`,
 * which talks to it over the IPC channel.
 */
const [dataDir = ''] = process.argv.slice(2);
const aws = await startLocalAws({ dataDir });
const profiler = new Session();
profiler.connect();

const ANSWERS = {
  /** Processor time of all threads since the start, in milliseconds. */
  cpu: async () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  'start-profile': async () => {
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.setSamplingInterval', { interval: 500 });
    await profiler.post('Profiler.start');
  },
  'stop-profile': async () => (await profiler.post('Profiler.stop')).profile,
  close: () => aws.close(),
};

const asking = z.object({ id: z.int(), ask: z.enum(['cpu', 'start-profile', 'stop-profile', 'close']) });

process.on('message', async (message) => {
  const { id, ask } = asking.parse(message);
  const answer = await ANSWERS[ask]();
  process.send?.({ id, answer }, () => {
    if (ask === 'close') process.exit(0);
  });
});

// A benchmark that broke off leaves nothing behind that runs.
process.once('disconnect', async () => {
  await aws.close();
  process.exit(1);
});

const { endpoint, region, account, administrator } = aws;
const { accessKeyId, secretAccessKey } = administrator;
process.send?.({ endpoint, region, account, credentials: { accessKeyId, secretAccessKey } });
