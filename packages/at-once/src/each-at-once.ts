/**
 * Does `work` for every item, at most `most` at a time; the items may come one by one. When one fails no other is begun,
 * and the failure is thrown once those that were begun have ended.
 *
 * @returns the results in the items' order
 */
export async function eachAtOnce<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const queue = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const results: Result[] = [];
  const failures: unknown[] = [];
  let begun = 0;
  const worker = async () => {
    for (;;) {
      const { done, value } = await queue.next();
      if (done || failures.length > 0) return;
      const index = begun++;
      results[index] = await work(value);
    }
  };
  await Promise.all(Array.from({ length: most }, () => worker().catch((error: unknown) => failures.push(error))));
  if (failures.length === 0) return results;
  await queue.return?.();
  throw failures[0];
}
