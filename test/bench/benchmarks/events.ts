import { eachAtOnce } from '@assay/at-once';
import type { Benchmark } from '../benchmark.ts';
import { type Arrivals, listenToArrivals } from '../events/arrivals.ts';
import type { Contestant } from '../events/contestant.ts';
import { embeddedSide } from '../events/embedded.ts';
import { serverlessOfflineSide } from '../events/serverless-offline.ts';
import { quantile } from '../statistics.ts';
import { type Figures, inTurns, ratioHeadings, ratioRows } from '../turns.ts';

const SENDERS = 16;
const LONGEST_WAIT = 60_000;

interface Counts {
  /** Events of a turn sent by many at once, and one after another. */
  many: number;
  single: number;
  rounds: number;
}

/** How fast events come to a function. */
export const events: Benchmark = {
  name: 'events',
  title:
    'Events a second to a Lambda handler and their latency, durable, against serverless-offline, which keeps them in memory',
  async run(form) {
    const counts: Counts = form.short ? { many: 100, single: 20, rounds: 1 } : { many: 500, single: 100, rounds: 5 };
    const arrivals = await listenToArrivals();
    const embedded = await embeddedSide(arrivals.port);
    const peer = await serverlessOfflineSide(arrivals.port, { install: !form.short, say: form.say });
    try {
      const contestants = [...embedded.contestants, ...(peer?.contestants ?? [])];
      // Starts the functions.
      for (const contestant of contestants)
        await turn(arrivals, contestant, { ...counts, many: SENDERS * 2, single: 2 });
      const turns = await inTurns(
        contestants.map((contestant) => ({
          name: contestant.name,
          run: () => turn(arrivals, contestant, counts),
        })),
        counts.rounds,
      );
      if (arrivals.surplus() > 0) throw new Error(`${arrivals.surplus()} events came more than once`);
      const offline = peer && turns.at(-1);
      return {
        sections: [
          {
            title: `${counts.rounds} rounds in turns: ${counts.many} events by ${SENDERS} senders, then ${counts.single} one after another`,
            headings: ratioHeadings('way', turns[0]?.figures[0], 'serverless-offline'),
            rows: ratioRows(turns, offline),
          },
        ],
        notes: [
          'The embedded AWS has every event on disk before it acknowledges it, and what is yet to be delivered too; serverless-offline keeps events in memory, checks no signature and has no rules.',
        ],
      };
    } finally {
      await embedded.close();
      await peer?.close();
      await arrivals.close();
    }
  },
};

let sent = 0;

/** Sends events and waits for all of them. Throws when one doesn't come. */
async function turn(arrivals: Arrivals, { name, send }: Contestant, { many, single }: Counts): Promise<Figures> {
  const latencies: number[] = [];
  /** Resolves with the event's arrival, once it was acknowledged. */
  const one = async () => {
    const id = `event-${sent++}`;
    const sending = performance.now();
    const arrival = bounded(arrivals.of(id), `${name}: ${id}`).then((at) => at - sending);
    // Who waits for all of them hears of it.
    arrival.catch(() => undefined);
    await send(id);
    return { arrival };
  };
  const begun = performance.now();
  const open = await eachAtOnce(Array(many).keys(), SENDERS, one);
  await Promise.all(open.map(({ arrival }) => arrival));
  const seconds = (performance.now() - begun) / 1000;
  for (let index = 0; index < single; index++) latencies.push(await (await one()).arrival);
  return {
    'events/s': many / seconds,
    'p50 ms': quantile(latencies, 0.5),
    'p99 ms': quantile(latencies, 0.99),
  };
}

async function bounded<T>(arrival: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${what} did not come within a minute: it is lost`)),
    LONGEST_WAIT,
  );
  try {
    return await Promise.race([arrival, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
