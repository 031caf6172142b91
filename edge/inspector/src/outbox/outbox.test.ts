import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../frames/ledger.ts';
import { manualClock } from '../testing/manual-clock.ts';
import type { Verdict } from '../verdict.ts';
import { type Outbox, openOutbox } from './outbox.ts';
import { openVerdictOutbox } from './verdict-outbox.ts';

let folder: string;
let clock = manualClock();
let sent: string[];
let broken: boolean;
let attempts: number;
let stops: (() => Promise<void>)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-'));
  clock = manualClock();
  sent = [];
  stops = [];
  broken = false;
  attempts = 0;
});
afterEach(async () => {
  for (const stop of stops) await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<Outbox> {
  const outbox = await openOutbox({
    folder,
    clock,
    report: () => {},
    async send(_name, path) {
      attempts++;
      if (broken) throw new Error('the line is cut');
      sent.push(readFileSync(path, 'utf8'));
    },
  });
  stops.push(outbox.stop);
  return outbox;
}

const attempted = async (times: number) => {
  while (attempts < times) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
};

describe('an outbox', () => {
  it('sends what is put in and keeps nothing of it', async () => {
    const outbox = await open();
    await outbox.put('1', 'one');
    await outbox.put('2', 'two');
    await outbox.drained();
    expect(sent).toEqual(['one', 'two']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not held up by one whose file is gone', async () => {
    broken = true;
    const outbox = await open();
    await outbox.put('1', 'one');
    await outbox.put('2', 'two');
    await attempted(1);
    rmSync(join(folder, '1'));
    broken = false;
    clock.advance(1_000);
    await outbox.drained();
    expect(sent).toEqual(['two']);
  });

  it('keeps all while the line is cut, tries ever less often, and sends in order when it is back', async () => {
    broken = true;
    const outbox = await open();
    await outbox.put('2', 'two');
    await attempted(1);
    await outbox.put('1', 'one');
    clock.advance(999);
    await attempted(1);
    clock.advance(1);
    await attempted(2);
    clock.advance(1_999);
    expect(attempts).toBe(2);
    expect(readdirSync(folder)).toEqual(['1', '2']);
    broken = false;
    clock.advance(1);
    await outbox.drained();
    expect(sent).toEqual(['one', 'two']);
  });

  it('goes on after a restart, and takes no file for whole that is not', async () => {
    broken = true;
    const first = await open();
    await first.put('1', 'one');
    await attempted(1);
    await first.stop();
    writeFileSync(join(folder, '0.tmp'), 'ha');
    broken = false;
    await (await open()).drained();
    expect(sent).toEqual(['one']);
  });
});

describe('the outbox of verdicts', () => {
  const verdict = { file: 'a.png' } as Verdict;
  const frame = { key: 'frame-a', capturedAt: 1_000 };
  const publish = async (text: string) => {
    attempts++;
    if (broken) throw new Error('the line is cut');
    sent.push(text);
  };
  async function openBoth(keep = true) {
    const ledger = await openLedger(join(folder, 'ledger'), () => keep);
    const outbox = await openVerdictOutbox({
      folder: join(folder, 'verdicts'),
      clock,
      ledger,
      publish,
      report: () => {},
    });
    const stop = async () => {
      await outbox.stop();
      await ledger.close();
    };
    return { ledger, outbox, stop };
  }

  it('counts a frame as done from the moment that its verdict is on disk, over restarts', async () => {
    broken = true;
    const first = await openBoth();
    expect(first.outbox.isDone(frame.key)).toBe(false);
    await first.outbox.put(frame, verdict);
    expect(first.outbox.isDone(frame.key)).toBe(true);
    await attempted(1);
    await first.stop();
    broken = false;
    const second = await openBoth();
    expect(second.outbox.isDone(frame.key)).toBe(true);
    await second.outbox.drained();
    expect(sent).toEqual(['{"file":"a.png"}']);
    await second.stop();
    const third = await openBoth();
    expect(third.outbox.isDone(frame.key)).toBe(true);
    await third.stop();
    const forgotten = await openBoth(false);
    expect(forgotten.outbox.isDone(frame.key)).toBe(false);
    await forgotten.stop();
  });

  it('counts a frame as done no sooner, also when it comes again meanwhile, and says its verdict once', async () => {
    const { outbox, stop } = await openBoth();
    const puts = [outbox.put(frame, verdict), outbox.put(frame, verdict)];
    expect(outbox.isDone(frame.key)).toBe(false);
    await Promise.all(puts);
    expect(outbox.isDone(frame.key)).toBe(true);
    await outbox.drained();
    expect(sent).toHaveLength(1);
    await stop();
  });

  it('does not publish again what a crash left behind after it was published', async () => {
    broken = true;
    const first = await openBoth();
    await first.outbox.put(frame, verdict);
    await attempted(1);
    // As if the power had gone between the ledger's line and the removal of the file.
    await first.ledger.add(frame.key);
    await first.stop();
    broken = false;
    const second = await openBoth();
    await second.outbox.drained();
    expect(sent).toEqual([]);
    expect(readdirSync(join(folder, 'verdicts'))).toEqual([]);
    await second.stop();
  });

  it('takes a line of the ledger that was cut off for not written', async () => {
    writeFileSync(join(folder, 'ledger'), 'frame-a\nframe-b');
    const { ledger, stop } = await openBoth();
    expect([ledger.has('frame-a'), ledger.has('frame-b')]).toEqual([true, false]);
    await stop();
  });
});
