/** A source of uniform numbers in [0, 1). */
export type Random = () => number;

/** mulberry32 seeded by FNV-1a over the keys: the same keys give the same numbers on every machine. */
export function randomStream(...keys: readonly (string | number)[]): Random {
  let state = 0x811c9dc5;
  for (const character of JSON.stringify(keys)) {
    state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** A whole number from `low` to `high`, both included. */
export function wholeBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** Standard normal, by Box and Muller. */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Many standard normals at once: a picture needs one a pixel, and may read them from any place on. */
export function gaussianTable(random: Random, length: number): Float32Array {
  return Float32Array.from({ length }, () => gaussian(random));
}
