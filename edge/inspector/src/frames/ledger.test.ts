import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from './ledger.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = () => join(folder, 'inspected');
const always = () => true;
const lines = () => readFileSync(path(), 'utf8').split('\n').length - 1;

describe('a ledger', () => {
  it('knows after a restart what was added, but for a line that a power cut has cut', async () => {
    const ledger = await openLedger(path(), always);
    await Promise.all([ledger.add('a'), ledger.add('b'), ledger.add('a')]);
    await ledger.close();
    expect(readFileSync(path(), 'utf8')).toBe('a\nb\n');
    appendFileSync(path(), 'c');
    const again = await openLedger(path(), always);
    expect(['a', 'b', 'c'].map(again.has)).toEqual([true, true, false]);
    await again.close();
  });

  it('forgets what can not come again when it is opened', async () => {
    const ledger = await openLedger(path(), always);
    for (const key of ['a', 'b', 'c']) await ledger.add(key);
    await ledger.close();
    const again = await openLedger(path(), (key, newer) => key === 'a' || newer < 1);
    expect(['a', 'b', 'c'].map(again.has)).toEqual([true, false, true]);
    await again.close();
    expect(readFileSync(path(), 'utf8')).toBe('a\nc\n');
  });

  it('forgets it while it is in use, too, and loses nothing else', async () => {
    const ledger = await openLedger(path(), (_, newer) => newer < 100);
    for (let frame = 0; frame < 5_000; frame++) await ledger.add(`frame ${frame}`);
    expect(lines()).toBeLessThan(1_500);
    expect(ledger.has('frame 0')).toBe(false);
    await ledger.close();
    const again = await openLedger(path(), always);
    for (let frame = 4_900; frame < 5_000; frame++) expect(again.has(`frame ${frame}`)).toBe(true);
    await again.close();
  });
});
