/** Half a patch's side in pixels. */
export const PATCH_RADIUS = 16;
/** A patch is hashed at half its resolution. */
const CELLS = PATCH_RADIUS;
const HASH_BITS = 32;
/** Up to this sum there are 35 frequencies beside the mean, each with its transpose. */
const HIGHEST_SUM = 7;

/** A perceptual hash of a patch: the signs of its lowest frequencies, so that light and contrast change nothing. */
export interface PatchHash {
  /** 32 bits. */
  readonly hash: number;
  /** Of the three frequencies that are in the hash when rows have become columns. */
  readonly spare: number;
}

/** The lowest frequencies of the discrete cosine transform, along columns and along rows; the lowest first. */
export const FREQUENCIES: readonly (readonly [number, number])[] = Array.from(
  { length: CELLS * CELLS },
  (_, index): [number, number] => [index % CELLS, Math.floor(index / CELLS)],
)
  .filter(([u, v]) => u + v > 0 && u + v <= HIGHEST_SUM)
  .sort(([a, b], [c, d]) => a + b - c - d);

/** Each frequency over all cells of a patch. */
const WAVES = FREQUENCIES.map(([u, v]) =>
  Float32Array.from({ length: CELLS * CELLS }, (_, cell) => {
    const wave = (place: number, frequency: number) => Math.cos((Math.PI * (2 * place + 1) * frequency) / (2 * CELLS));
    return wave(cell % CELLS, u) * wave(Math.floor(cell / CELLS), v);
  }),
);

/** @param values of an image of this width; the patch is from 16 pixels before x and y to 15 behind */
export function patchHash(values: Float32Array, width: number, x: number, y: number): PatchHash {
  const cells = new Float32Array(CELLS * CELLS);
  for (let row = 0; row < 2 * CELLS; row++)
    for (let column = 0; column < 2 * CELLS; column++) {
      const value = values[(y - PATCH_RADIUS + row) * width + x - PATCH_RADIUS + column]!;
      cells[(row >> 1) * CELLS + (column >> 1)]! += value;
    }
  return hashOf((frequency) => {
    const wave = WAVES[frequency]!;
    let sum = 0;
    for (let cell = 0; cell < cells.length; cell++) sum += cells[cell]! * wave[cell]!;
    return sum > 0;
  });
}

/** @param isPositive the sign of each frequency, by its place in `FREQUENCIES` */
export function hashOf(isPositive: (frequency: number) => boolean): PatchHash {
  let [hash, spare] = [0, 0];
  for (let frequency = 0; frequency < HASH_BITS; frequency++) if (isPositive(frequency)) hash |= 1 << frequency;
  for (let frequency = HASH_BITS; frequency < FREQUENCIES.length; frequency++)
    if (isPositive(frequency)) spare |= 1 << (frequency - HASH_BITS);
  return { hash: hash >>> 0, spare };
}

export function isPositive({ hash, spare }: PatchHash, frequency: number): boolean {
  return (((frequency < HASH_BITS ? hash : spare) >>> (frequency % HASH_BITS)) & 1) === 1;
}
