import { expect, test } from 'vitest';
import { grouped } from './grouped.ts';

function held() {
  const runs: { resolve(): void; reject(error: Error): void }[] = [];
  const sync = grouped(() => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    runs.push({ resolve, reject });
    return promise;
  });
  return { runs, sync };
}

const turn = () => new Promise(setImmediate);

test('who asks while one runs shares the next', async () => {
  const { runs, sync } = held();
  const first = sync();
  await turn();
  const [second, third] = [sync(), sync()];
  expect(second).toBe(third);
  await turn();
  expect(runs).toHaveLength(1);
  runs[0]?.resolve();
  await first;
  await turn();
  expect(runs).toHaveLength(2);
  runs[1]?.resolve();
  await Promise.all([second, third]);
});

test('a failure is that of those who waited for it, and the next is tried', async () => {
  const { runs, sync } = held();
  const first = sync();
  await turn();
  const second = sync();
  runs[0]?.reject(new Error('disk'));
  await expect(first).rejects.toThrow('disk');
  await turn();
  runs[1]?.resolve();
  await expect(second).resolves.toBeUndefined();
});
