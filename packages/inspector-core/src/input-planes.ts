import { LETTERBOX_GREY, type Letterbox } from '@assay/vision';

/** An image as it lies in a network's input. */
export interface PlacedImage {
  /** How the upright image lies in the input. */
  readonly placement: Letterbox;
  /** [placement.height, placement.width, 3]: red, green and blue, 0 to 255, without the bars. */
  readonly rgb: Uint8Array;
}

/** A byte as it is in a network's input: from 0 to 1. */
const UNITS = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Pixels that fill three words of four bytes. */
const PIXELS_IN_WORDS = 4;

/**
 * Writes an image as planes [3, height, width] of values from 0 to 1, the bars grey. Where its rows are whole words, which
 * those of most cameras are, it is read by words: that takes little more than half as long.
 */
export function writeUnitPlanes(image: PlacedImage, planes: Float32Array): void {
  fillBars(image.placement, planes, UNITS[LETTERBOX_GREY]!);
  const { placement, rgb } = image;
  const inWords = placement.width % PIXELS_IN_WORDS === 0 && rgb.byteOffset % Uint32Array.BYTES_PER_ELEMENT === 0;
  if (inWords) writeUnitsByWords(placement, new Uint32Array(rgb.buffer, rgb.byteOffset, rgb.length / 4), planes);
  else writeUnits(image, planes);
}

/** The first byte of a word is its lowest, as on every processor that Node runs on but s390x. */
function writeUnitsByWords(
  { input, width, height, left, top }: Letterbox,
  words: Uint32Array,
  planes: Float32Array,
): void {
  const area = input.width * input.height;
  const reds = planes.subarray(0, area);
  const greens = planes.subarray(area, 2 * area);
  const blues = planes.subarray(2 * area);
  let source = 0;
  for (let y = 0; y < height; y++) {
    let target = (top + y) * input.width + left;
    for (const end = target + width; target < end; target += PIXELS_IN_WORDS) {
      const first = words[source++]!;
      const second = words[source++]!;
      const third = words[source++]!;
      reds[target] = UNITS[first & 0xff]!;
      greens[target] = UNITS[(first >>> 8) & 0xff]!;
      blues[target] = UNITS[(first >>> 16) & 0xff]!;
      reds[target + 1] = UNITS[first >>> 24]!;
      greens[target + 1] = UNITS[second & 0xff]!;
      blues[target + 1] = UNITS[(second >>> 8) & 0xff]!;
      reds[target + 2] = UNITS[(second >>> 16) & 0xff]!;
      greens[target + 2] = UNITS[second >>> 24]!;
      blues[target + 2] = UNITS[third & 0xff]!;
      reds[target + 3] = UNITS[(third >>> 8) & 0xff]!;
      greens[target + 3] = UNITS[(third >>> 16) & 0xff]!;
      blues[target + 3] = UNITS[third >>> 24]!;
    }
  }
}

/** A loop of its own, though `writeBytePlanes` has the same: shared by two kinds of arrays it takes V8 twice as long. */
function writeUnits({ placement, rgb }: PlacedImage, planes: Float32Array): void {
  const { input, width, height, left, top } = placement;
  const area = input.width * input.height;
  let source = 0;
  for (let y = 0; y < height; y++) {
    let target = (top + y) * input.width + left;
    for (const end = target + width; target < end; target++) {
      planes[target] = UNITS[rgb[source++]!]!;
      planes[target + area] = UNITS[rgb[source++]!]!;
      planes[target + 2 * area] = UNITS[rgb[source++]!]!;
    }
  }
}

/** Writes an image as planes [3, height, width] of bytes, the bars grey. */
export function writeBytePlanes({ placement, rgb }: PlacedImage, planes: Uint8Array): void {
  const { input, width, height, left, top } = placement;
  const area = input.width * input.height;
  fillBars(placement, planes, LETTERBOX_GREY);
  let source = 0;
  for (let y = 0; y < height; y++) {
    let target = (top + y) * input.width + left;
    for (const end = target + width; target < end; target++) {
      planes[target] = rgb[source++]!;
      planes[target + area] = rgb[source++]!;
      planes[target + 2 * area] = rgb[source++]!;
    }
  }
}

/** An image in a network's input has bars above and below, or beside it, or none. */
function fillBars({ input, width, height, top }: Letterbox, planes: Uint8Array | Float32Array, grey: number): void {
  if (width < input.width) planes.fill(grey);
  if (height === input.height) return;
  for (let row = 0; row < 3 * input.height; row += input.height) {
    planes.fill(grey, row * input.width, (row + top) * input.width);
    planes.fill(grey, (row + top + height) * input.width, (row + input.height) * input.width);
  }
}
