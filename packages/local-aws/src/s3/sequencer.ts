/** Hex numbers that grow with every event, also over restarts: time, and a count within the same millisecond. */
export function sequencers(now: () => number): () => string {
  let last = 0n;
  return () => {
    const next = BigInt(now()) << 16n;
    last = next > last ? next : last + 1n;
    return last.toString(16).toUpperCase().padStart(18, '0');
  };
}
