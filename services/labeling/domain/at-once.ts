/** The table takes many more writes at once; a function's sockets don't. */
const MOST = 16;

/** Does `work` for every item, several at a time. @returns the results in the items' order */
export async function eachAtOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(MOST, items.length) }, worker));
  return results;
}
