/** Bins on either side of zero. */
const HALF = 2048;

/**
 * How often a tensor's values fall into each of 4096 bins about zero. It is filled in one pass: whenever a value lies
 * outside, neighbouring bins are joined in twos, so that the order of the values changes nothing.
 */
export class Histogram {
  /** Bin i counts values from (i − 2048) · width on, up to the next. */
  readonly counts = new Float64Array(2 * HALF);
  /** A power of two, or 0 while all values were zero. */
  width = 0;
  lowest = 0;
  highest = 0;
  count = 0;

  /** @returns whether all values were finite; nothing is added otherwise */
  add(values: Float32Array): boolean {
    let lowest = 0;
    let highest = 0;
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      sum += value - value;
      if (value < lowest) lowest = value;
      else if (value > highest) highest = value;
    }
    // x − x is zero, except for what isn't finite.
    if (sum !== 0) return false;
    this.lowest = Math.min(this.lowest, lowest);
    this.highest = Math.max(this.highest, highest);
    this.count += values.length;
    this.#widen(Math.max(-lowest, highest));
    const perUnit = this.width === 0 ? 0 : 1 / this.width;
    const { counts } = this;
    for (let i = 0; i < values.length; i++) counts[Math.floor(values[i]! * perUnit) + HALF]!++;
    return true;
  }

  #widen(extent: number): void {
    if (extent === 0) return;
    const needed = 2 ** Math.floor(Math.log2(extent) + 1) / HALF;
    if (this.width === 0) {
      this.width = needed;
      return;
    }
    for (; this.width < needed; this.width *= 2) {
      const { counts } = this;
      const joined = new Float64Array(counts.length);
      for (let i = 0; i < counts.length; i++) joined[HALF + Math.floor((i - HALF) / 2)]! += counts[i]!;
      counts.set(joined);
    }
  }
}
