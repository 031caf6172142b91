import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mapping } from '../event-sources/mappings.ts';
import { Poller } from '../event-sources/poller.ts';
import type { LambdaFunction } from '../functions.ts';
import { FUNCTION } from './bench.ts';
import { messages, type QueueStub, queueStub } from './queue-stub.ts';

/** "Using Lambda with Amazon SQS": how messages become batches, and what becomes of them. */

interface Run {
  bodies: string[];
  answer(payload: string, failed?: boolean): void;
}

let queue: QueueStub;
let runs: Run[];
let polling: { poller: Poller; ended: Promise<void> } | undefined;
beforeEach(async () => {
  queue = await queueStub();
  runs = [];
});
afterEach(async () => {
  polling?.poller.stop();
  for (const run of runs) run.answer('null');
  await queue.clock.advance(20_000);
  await polling?.ended;
  await queue.close();
});

const MAPPING: Mapping = {
  uuid: 'u',
  queueArn: 'arn:aws:sqs:eu-west-1:000000000000:source',
  functionName: 'reader',
  functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:reader',
  enabled: true,
  batchSize: 10,
  window: 0,
  reportsFailures: false,
  lastModified: 0,
};

/** Polls with a function that answers when the test lets it. */
async function poll(mapping: Partial<Mapping> = {}, lambda: Partial<LambdaFunction> | null = {}): Promise<void> {
  const found = lambda && { ...FUNCTION, name: 'reader', ...lambda };
  const pool = {
    run: (_lambda: LambdaFunction, { payload }: { payload: string }) =>
      new Promise<{ payload: string; failed: boolean; logTail: string }>((resolve) => {
        const { Records } = JSON.parse(payload) as { Records: { body: string }[] };
        const answer = (text: string, failed = false) => resolve({ payload: text, failed, logTail: '' });
        runs.push({ bodies: Records.map(({ body }) => body), answer });
      }),
  };
  const poller = new Poller(queue.kernel, { find: () => found ?? undefined }, pool, { ...MAPPING, ...mapping });
  polling = { poller, ended: poller.run() };
  await queue.clock.advance(0);
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const bodies = () => runs.map((run) => run.bodies);
const answered = async (payload: string, failed = false) => {
  for (const run of runs) run.answer(payload, failed);
  await queue.clock.advance(0);
};

describe('a batch', () => {
  test('has as many messages as BatchSize at most; the rest are the next', async () => {
    queue.waiting.push(...messages(...numbered(5)));
    await poll({ batchSize: 3 });
    expect(bodies()).toEqual([
      ['0', '1', '2'],
      ['3', '4'],
    ]);
  });

  test('goes off at once without a window, however small', async () => {
    queue.waiting.push(...messages('a'));
    await poll();
    expect(bodies()).toEqual([['a']]);
  });

  test('above ten is gathered in several receives within its window, and deleted ten by ten in order', async () => {
    queue.waiting.push(...messages(...numbered(25)));
    await poll({ batchSize: 25, window: 5 });
    expect(bodies()).toEqual([numbered(25)]);
    await answered('null');
    expect(queue.deleted).toEqual([numbered(25).slice(0, 10), numbered(25).slice(10, 20), numbered(25).slice(20)]);
  });

  test('that is not full goes off when its window ends, counted from its first message', async () => {
    queue.waiting.push(...messages('a'));
    await poll({ batchSize: 100, window: 10 });
    await queue.clock.advance(4000);
    queue.waiting.push(...messages('b'));
    await queue.clock.advance(5000);
    expect(bodies()).toEqual([]);
    await queue.clock.advance(2000);
    expect(bodies()).toEqual([['a', 'b']]);
  });

  test('that would be larger than an invocation may be is split', async () => {
    const large = 'x'.repeat(1_000_000);
    queue.waiting.push(...messages(...numbered(7).map((n) => n + large)));
    await poll();
    expect(bodies().map((batch) => batch.length)).toEqual([5, 2]);
  });

  test('is received in the name of the function’s role', async () => {
    await poll();
    expect([...queue.callers]).toEqual(['arn:aws:sts::000000000000:assumed-role/runner/reader']);
  });
});

describe('at once', () => {
  test.each<[string, Partial<Mapping>, Partial<LambdaFunction>, number]>([
    ['five batches are under way at most', {}, {}, 5],
    ['MaximumConcurrency is the most there are', { maximumConcurrency: 2 }, {}, 2],
    ['… and may be above five', { maximumConcurrency: 7 }, {}, 7],
    ['the function’s reserved concurrency holds them back in the queue', {}, { reservedConcurrency: 1 }, 1],
  ])('%s', async (_rule, mapping, lambda, most) => {
    queue.waiting.push(...messages(...numbered(9)));
    await poll({ batchSize: 1, ...mapping }, lambda);
    await queue.clock.advance(0);
    expect(runs).toHaveLength(most);
    runs[0]?.answer('null');
    await queue.clock.advance(0);
    expect(runs).toHaveLength(most + 1);
    expect(queue.deleted).toEqual([['0']]);
  });
});

describe('a batch that was split', () => {
  const split = async () => {
    const large = 'x'.repeat(3_000_000);
    queue.waiting.push(...messages(...numbered(4).map((n) => n + large)));
    await poll({ maximumConcurrency: 2 });
    expect(runs).toHaveLength(2);
  };
  const first = (body = '') => body[0];

  test('is no more invocations at once than MaximumConcurrency', async () => {
    await split();
    runs[0]?.answer('null');
    await queue.clock.advance(0);
    expect(runs).toHaveLength(3);
    runs[1]?.answer('null');
    await queue.clock.advance(0);
    expect(runs).toHaveLength(4);
    expect(bodies().flat().map(first)).toEqual(numbered(4));
  });

  test('gives back what waits of it when its mapping is disabled', async () => {
    await split();
    polling?.poller.stop();
    await queue.clock.advance(0);
    expect(queue.given.map(first)).toEqual(['2', '3']);
  });
});

describe('a batch of a, b and c', () => {
  const all = ['a', 'b', 'c'];
  const reporting = { reportsFailures: true };
  const failing = (...bodies: string[]) =>
    JSON.stringify({ batchItemFailures: bodies.map((body) => ({ itemIdentifier: `id-${body}` })) });
  test.each<[string, Partial<Mapping>, string, boolean, string[]]>([
    ['the function answered: all are deleted', {}, '"done"', false, all],
    ['the function threw: none is', {}, '{"errorType":"E"}', true, []],
    ['… nor with ReportBatchItemFailures', reporting, '{"errorType":"E"}', true, []],
    ['a report is not heeded without ReportBatchItemFailures', {}, failing('b'), false, all],
    ['b is reported: a and c are deleted', reporting, failing('b'), false, ['a', 'c']],
    ['nothing is reported: all are', reporting, '{"batchItemFailures":[]}', false, all],
    ['null is reported: all are', reporting, 'null', false, all],
    ['an unknown message is reported: none is', reporting, failing('b', 'z'), false, []],
    ['an empty identifier is reported: none is', reporting, '{"batchItemFailures":[{"itemIdentifier":""}]}', false, []],
    ['a null identifier is reported: none is', reporting, '{"batchItemFailures":[{"itemIdentifier":null}]}', false, []],
    ['a report that is misspelt: none is', reporting, '{"batchItemFailures":[{"itemIdentifer":"id-b"}]}', false, []],
  ])('%s', async (_rule, mapping, answer, failed, deleted) => {
    queue.waiting.push(...messages(...all));
    await poll(mapping);
    await answered(answer, failed);
    expect(queue.deleted.flat()).toEqual(deleted);
    expect(queue.given).toEqual([]);
  });
});

describe('a mapping', () => {
  test('that is disabled while a batch gathers gives its messages back at once', async () => {
    queue.waiting.push(...messages('a'));
    await poll({ batchSize: 100, window: 60 });
    polling?.poller.stop();
    await queue.clock.advance(20_000);
    expect(queue.given).toEqual(['a']);
    expect(runs).toEqual([]);
  });

  test('whose function is gone says so once, and tries again every five seconds', async () => {
    await poll({}, null);
    await queue.clock.advance(4999);
    expect(queue.reports).toEqual([expect.stringContaining('the function reader is not there')]);
    await queue.clock.advance(60_000);
    expect(queue.reports).toHaveLength(1);
  });
});
