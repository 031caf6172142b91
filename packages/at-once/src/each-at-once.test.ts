import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eachAtOnce } from './each-at-once.ts';

/** Work that ends when it is told to. */
function manual() {
  const open = new Map<number, PromiseWithResolvers<string>>();
  const begun: number[] = [];
  return {
    open,
    begun,
    work(item: number) {
      begun.push(item);
      const one = Promise.withResolvers<string>();
      open.set(item, one);
      return one.promise;
    },
  };
}

async function* oneByOne(closed: () => void) {
  try {
    for (let item = 0; ; item++) yield item;
  } finally {
    closed();
  }
}

describe('each at once', () => {
  it('begins so many, another when one has ended, and gives the results in order', async () => {
    const { work, begun, open } = manual();
    const done = eachAtOnce([0, 1, 2], 2, work);
    await setImmediate();
    expect(begun).toEqual([0, 1]);
    open.get(1)?.resolve('b');
    await setImmediate();
    expect(begun).toEqual([0, 1, 2]);
    open.get(2)?.resolve('c');
    open.get(0)?.resolve('a');
    await expect(done).resolves.toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['a list', () => [0, 1, 2, 3]],
    ['items that come one by one', () => oneByOne(() => undefined)],
  ])('of %s begins no other when one fails, and says so when the others have ended', async (_, items) => {
    const { work, begun, open } = manual();
    let told = false;
    const done = eachAtOnce(items(), 2, work).finally(() => {
      told = true;
    });
    done.catch(() => undefined);
    await setImmediate();
    open.get(0)?.reject(new Error('broken'));
    await setImmediate();
    expect(told).toBe(false);
    open.get(1)?.resolve('b');
    await expect(done).rejects.toThrow('broken');
    expect(begun).toEqual([0, 1]);
  });

  it('closes where the items come from when one fails, and tells when they cannot be had', async () => {
    let closed = 0;
    const failing = () => Promise.reject(new Error('broken'));
    await expect(
      eachAtOnce(
        oneByOne(() => closed++),
        3,
        failing,
      ),
    ).rejects.toThrow('broken');
    expect(closed).toBe(1);
    // biome-ignore lint/correctness/useYield: it has nothing to give
    const nothing = (async function* (): AsyncGenerator<number> {
      throw new Error('no folder');
    })();
    await expect(eachAtOnce(nothing, 3, async () => undefined)).rejects.toThrow('no folder');
  });
});
