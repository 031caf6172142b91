/** Does `work` for 0, 1, 2 … `count` - 1, at most so many at a time. */
export async function atOnce(count: number, most: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(most, count) }, worker));
}
