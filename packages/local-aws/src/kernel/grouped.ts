/**
 * Shares one run of `sync` among all who ask while an earlier one is under way. That one may have begun before what they
 * wrote, so they wait for the next.
 */
export function grouped(sync: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const begin = () => {
    if (next) running = next;
    next = undefined;
    return sync();
  };
  return () => {
    // Whoever waited for the earlier one hears of its failure.
    next ??= running.then(begin, begin);
    return next;
  };
}
