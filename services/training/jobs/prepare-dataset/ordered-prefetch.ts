/**
 * Maps a list in order, working on up to `ahead` items at a time: slow fetches overlap, and no more than that many
 * results are held in memory. Ends at the first failure.
 */
export async function* orderedPrefetch<Item, Result>(
  items: readonly Item[],
  ahead: number,
  map: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  const begin = (item: Item) => {
    const result = map(item);
    // Awaited in its turn below; until then a failure isn't unhandled.
    result.catch(() => undefined);
    running.push(result);
  };
  for (const item of items.slice(0, ahead)) begin(item);
  for (let next = ahead; running.length > 0; next++) {
    const result = await running.shift()!;
    const item = items[next];
    if (item !== undefined) begin(item);
    yield result;
  }
}
