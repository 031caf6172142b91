import { expect, test } from 'vitest';
import { eachAtOnce } from './at-once.ts';

test('works on so many at a time, and on all of them', async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await eachAtOnce([0, 1, 2, 3, 4, 5, 6], 3, async (item) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    done.push(item);
  });
  expect(most).toBe(3);
  expect(done.sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('begins nothing more after a failure, and tells it when what was begun has ended', async () => {
  const slow = Promise.withResolvers<void>();
  const begun: number[] = [];
  const ended: number[] = [];
  const all = eachAtOnce([0, 1, 2, 3], 2, async (item) => {
    begun.push(item);
    if (item === 0) throw new Error('no luck');
    await slow.promise;
    ended.push(item);
  }).finally(() => ended.push(-1));
  all.catch(() => undefined);
  await Promise.resolve();
  slow.resolve();
  await expect(all).rejects.toThrow('no luck');
  expect(begun).toEqual([0, 1]);
  expect(ended).toEqual([1, -1]);
});
