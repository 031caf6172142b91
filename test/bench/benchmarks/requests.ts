import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eachAtOnce } from '@assay/at-once';
import type { Benchmark, Section } from '../benchmark.ts';
import { startAwsProcess } from '../embedded-aws/process.ts';
import { startMoto } from '../requests/moto.ts';
import { type Send, workloads } from '../requests/workloads.ts';
import { quantile } from '../statistics.ts';
import { type Figures, inTurns, ratioHeadings, ratioRows } from '../turns.ts';

/** How fast single writes are acknowledged. */
export const requests: Benchmark = {
  name: 'requests',
  title: 'Writes a second and their latency, durable, against moto, which keeps them in memory',
  async run(form) {
    const [count, rounds] = form.short ? [32, 1] : [100, 3];
    const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
    const aws = await startAwsProcess(join(folder, 'aws'));
    const moto = await startMoto(form.say);
    try {
      const { endpoint, region, credentials } = aws.connection;
      const embedded = await workloads({ endpoint, region, credentials });
      const peer = moto && (await workloads({ endpoint: moto.endpoint, region, credentials }));
      const sections: Section[] = [];
      for (const [name, send] of Object.entries(embedded))
        for (const senders of [1, 16]) {
          const contestants = [
            { name: 'embedded AWS (on disk)', send },
            ...(peer?.[name] ? [{ name: `moto ${moto?.version} (in memory)`, send: peer[name] }] : []),
          ];
          const turns = await inTurns(
            contestants.map((contestant) => ({
              name: contestant.name,
              run: () => turn(contestant.send, count, senders),
            })),
            rounds,
          );
          sections.push({
            title: `${name}, ${senders === 1 ? 'one after another' : `${senders} at a time`}`,
            headings: ratioHeadings('side', turns[0]?.figures[0], 'moto'),
            rows: ratioRows(turns, turns[1]),
          });
        }
      return {
        sections,
        notes: [`${rounds} rounds in turns of ${count} requests each; medians, and medians of the rounds' ratios.`],
      };
    } finally {
      await aws.close();
      await moto?.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

let sent = 0;

async function turn(send: Send, count: number, senders: number): Promise<Figures> {
  const latencies: number[] = [];
  const begun = performance.now();
  await eachAtOnce(Array(count).keys(), senders, async () => {
    const sending = performance.now();
    await send(sent++);
    latencies.push(performance.now() - sending);
  });
  const seconds = (performance.now() - begun) / 1000;
  return {
    'requests/s': count / seconds,
    'p50 ms': quantile(latencies, 0.5),
    'p99 ms': quantile(latencies, 0.99),
  };
}
