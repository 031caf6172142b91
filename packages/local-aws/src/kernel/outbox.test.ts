import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ManualClock, manualClock } from './clock.ts';
import { Outbox } from './outbox.ts';
import { Store } from './store.ts';

let folder: string;
let store: Store;
let clock: ManualClock;
const reports: string[] = [];
const open = () => new Outbox(store, clock, (message) => reports.push(message));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-'));
  store = new Store(join(folder, 'state.db'), ({ message }) => reports.push(message));
  clock = manualClock();
  reports.length = 0;
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

test('runs a task once, when it is due', async () => {
  const outbox = open();
  const ran: string[] = [];
  outbox.handle<string>('note', (payload) => void ran.push(payload));
  outbox.start();
  outbox.add('note', 'now');
  outbox.add('note', 'later', { at: clock.now() + 5000 });
  await clock.advance(0);
  expect(ran).toEqual(['now']);
  await clock.advance(5000);
  expect(ran).toEqual(['now', 'later']);
  await clock.advance(60_000);
  expect(ran).toHaveLength(2);
  await outbox.close();
});

test('tries a failing task again after 1, 2 and 4 seconds, and says why', async () => {
  const outbox = open();
  const at: number[] = [];
  const start = clock.now();
  outbox.handle('flaky', () => {
    at.push((clock.now() - start) / 1000);
    if (at.length < 4) throw new Error('not yet');
  });
  outbox.start();
  outbox.add('flaky', {});
  await clock.advance(60_000);
  expect(at).toEqual([0, 1, 3, 7]);
  expect(reports[0]).toContain('not yet');
  await outbox.close();
});

test('runs a task of an earlier life that had not ended', async () => {
  const first = open();
  first.handle('note', () => undefined);
  first.add('note', 'left behind');
  await store.durable();
  const ran: string[] = [];
  const second = open();
  second.handle<string>('note', (payload) => void ran.push(payload));
  second.start();
  await clock.advance(0);
  expect(ran).toEqual(['left behind']);
  await second.close();
});

test('keeps to the concurrency of a kind', async () => {
  const outbox = open();
  let running = 0;
  let most = 0;
  const finish: (() => void)[] = [];
  outbox.handle(
    'slow',
    async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => finish.push(resolve));
      running--;
    },
    { concurrency: 2 },
  );
  outbox.start();
  for (let i = 0; i < 5; i++) outbox.add('slow', i);
  for (let done = 0; done < 5; done++) {
    await clock.advance(0);
    finish.shift()?.();
  }
  await clock.advance(0);
  expect(most).toBe(2);
  expect(running).toBe(0);
  await outbox.close();
});

test('lets a task be replaced while it runs, without losing the newer one', async () => {
  const outbox = open();
  const ran: string[] = [];
  outbox.handle<string>('timer', (payload) => {
    ran.push(payload);
    if (payload === 'old') outbox.add('timer', 'new', { id: 't' });
  });
  outbox.start();
  outbox.add('timer', 'old', { id: 't' });
  await clock.advance(1000);
  expect(ran).toEqual(['old', 'new']);
  await outbox.close();
});

test('leaves a task for the next start when its end cannot be noted', async () => {
  const outbox = open();
  const ran: string[] = [];
  store.define('CREATE TABLE ballast (bytes BLOB)');
  const ballast = store.prepare('INSERT INTO ballast VALUES (zeroblob(100000))');
  outbox.handle<string>('note', (payload) => {
    ran.push(payload);
    store.define('PRAGMA max_page_count = 1');
    expect(() => ballast.run()).toThrow('disk is full');
  });
  outbox.start();
  outbox.add('note', 'now');
  await clock.advance(60_000);
  expect(ran).toEqual(['now']);
  expect(reports).toEqual([expect.stringContaining('disk is full')]);
  await outbox.close();
});
