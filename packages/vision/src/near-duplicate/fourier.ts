/** Complex numbers; the transform of a square of values, row by row. */
export interface Spectrum {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Transforms squares of one size. */
export class SquareTransform {
  readonly #side: number;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;

  /** @param side a power of two */
  constructor(side: number) {
    this.#side = side;
    const angles = Float64Array.from({ length: side / 2 }, (_, turn) => (-2 * Math.PI * turn) / side);
    this.#cosines = angles.map(Math.cos);
    this.#sines = angles.map(Math.sin);
  }

  /** The discrete Fourier transform, in place, by Cooley and Tukey. */
  apply(spectrum: Spectrum): void {
    for (let row = 0; row < this.#side; row++) this.#transform(spectrum, row * this.#side, 1);
    for (let column = 0; column < this.#side; column++) this.#transform(spectrum, column, this.#side);
  }

  /** A row or a column: numbers `step` apart from `start` on. */
  #transform({ real, imaginary }: Spectrum, start: number, step: number): void {
    const length = this.#side;
    for (let index = 1, mirror = 0; index < length; index++) {
      let bit = length >> 1;
      for (; mirror & bit; bit >>= 1) mirror ^= bit;
      mirror ^= bit;
      if (index < mirror) {
        swap(real, start + index * step, start + mirror * step);
        swap(imaginary, start + index * step, start + mirror * step);
      }
    }
    for (let half = 1; half < length; half *= 2)
      for (let turn = 0; turn < half; turn++) {
        const cosine = this.#cosines[(turn * length) / (2 * half)]!;
        const sine = this.#sines[(turn * length) / (2 * half)]!;
        for (let place = turn; place < length; place += 2 * half) {
          const even = start + place * step;
          const odd = even + half * step;
          const re = real[odd]! * cosine - imaginary[odd]! * sine;
          const im = real[odd]! * sine + imaginary[odd]! * cosine;
          real[odd] = real[even]! - re;
          imaginary[odd] = imaginary[even]! - im;
          real[even]! += re;
          imaginary[even]! += im;
        }
      }
  }
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a]!;
  values[a] = values[b]!;
  values[b] = kept;
}
