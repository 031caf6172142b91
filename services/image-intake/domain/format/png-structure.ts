import { Readable } from 'node:stream';
import { crc32, createInflate, inflateSync } from 'node:zlib';
import { Rejection } from '../rejection.ts';

/** What a PNG's chunks tell before anything is decoded. */
export interface PngStructure {
  readonly width: number;
  readonly height: number;
  /** True for what a decoder shows as stored: 8-bit gray or RGB, with nothing in it that changes or adds to that. */
  readonly plain: boolean;
}

const GRAY = 0;
const RGB = 2;
/** Chunks that neither change the picture nor say anything about people. */
const HARMLESS: ReadonlySet<string> = new Set(['IHDR', 'IDAT', 'IEND', 'pHYs', 'sRGB', 'cHRM', 'bKGD', 'tIME']);
/** sRGB's gamma, 1/2.2 in the units of gAMA. */
const USUAL_GAMMA = 45455;

/** The largest profiles in use, of printers, have about 2 MB. */
const MAX_PROFILE_BYTES = 8 * 1024 * 1024;

/** Channels and bit depths that may go together (PNG specification, table 12). */
const COLOUR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

interface Chunk {
  readonly name: string;
  readonly data: Uint8Array;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

/**
 * Walks the chunks of a PNG: every checksum, the header's combinations, an end with nothing behind it. Throws
 * {@link Rejection}; it never inflates the picture (see {@link checkPngPixels}), so a bomb costs nothing here.
 */
export function readPngStructure(bytes: Uint8Array): PngStructure {
  const header = readHeader(bytes);
  const names = new Set<string>();
  let plain = header.depth === 8 && (header.colourType === GRAY || header.colourType === RGB);
  for (const chunk of chunks(bytes)) {
    names.add(chunk.name);
    if (chunk.name === 'iCCP') checkProfile(chunk.data);
    plain &&= isHarmless(chunk);
  }
  if (names.has('acTL')) throw new Rejection('unsupported-format', 'the PNG is animated; upload one picture a file');
  if (!names.has('IDAT')) throw new Rejection('corrupt', 'the PNG holds no picture');
  return { width: header.width, height: header.height, plain };
}

/**
 * Inflates the picture's data, a piece at a time, and holds its length and filters against the header; libpng forgives
 * too much. It stops at the first byte too many, so that a bomb doesn't go off.
 */
export async function checkPngPixels(bytes: Uint8Array): Promise<void> {
  const header = readHeader(bytes);
  const rows = rowLengths(header);
  const expected = rows.reduce((sum, row) => sum + row.count * (row.bytes + 1), 0);
  const filters = filterPositions(rows);
  let nextFilter = filters.next();
  let inflated = 0;
  const compressed = Readable.from(pictureData(bytes));
  const inflate = createInflate({ chunkSize: 64 * 1024 });
  compressed.on('error', (error) => inflate.destroy(error)).pipe(inflate);
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      while (!nextFilter.done && nextFilter.value < inflated + piece.length) {
        if ((piece[nextFilter.value - inflated] ?? 0) > 4) {
          throw new Rejection('corrupt', 'the PNG has a row with an unknown filter');
        }
        nextFilter = filters.next();
      }
      inflated += piece.length;
      if (inflated > expected) break;
    }
  } catch (cause) {
    if (cause instanceof Rejection) throw cause;
    throw new Rejection('corrupt', "the PNG's compressed data is damaged", { cause });
  }
  if (inflated > expected)
    throw new Rejection('corrupt', `the PNG's data is longer than its picture of ${expected} bytes`);
  if (inflated < expected) {
    throw new Rejection('corrupt', `the PNG's picture has ${inflated} bytes where ${expected} belong`);
  }
}

function* pictureData(bytes: Uint8Array): Generator<Uint8Array> {
  for (const { name, data } of chunks(bytes)) if (name === 'IDAT') yield data;
}

/** Where rows begin in the inflated data: with the number of their filter. */
function* filterPositions(rows: readonly { count: number; bytes: number }[]): Generator<number, undefined> {
  let position = 0;
  for (const row of rows) {
    for (let index = 0; index < row.count; index += 1) {
      yield position;
      position += row.bytes + 1;
    }
  }
  return undefined;
}

function isHarmless({ name, data }: Chunk): boolean {
  if (name === 'gAMA') return data.length === 4 && Buffer.from(data).readUInt32BE() === USUAL_GAMMA;
  // ImageMagick leaves the file's dates in every PNG that it writes.
  if (name === 'tEXt') return Buffer.from(data).toString('latin1').startsWith('date:');
  return HARMLESS.has(name);
}

/** A colour profile is a name, a zero, the method and compressed data (PNG specification, 11.3.2.3). */
function checkProfile(data: Uint8Array): void {
  try {
    inflateSync(data.subarray(data.indexOf(0) + 2), { maxOutputLength: MAX_PROFILE_BYTES });
  } catch (cause) {
    throw new Rejection('corrupt', `the PNG's colour profile is damaged or larger than ${MAX_PROFILE_BYTES} bytes`, {
      cause,
    });
  }
}

function readHeader(bytes: Uint8Array): Header {
  const [first] = chunks(bytes);
  if (first?.name !== 'IHDR' || first.data.length !== 13) throw new Rejection('corrupt', 'the PNG has no header');
  const view = new DataView(first.data.buffer, first.data.byteOffset, first.data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType] = [view.getUint8(8), view.getUint8(9)];
  if (
    !COLOUR_TYPES[colourType]?.depths.includes(depth) ||
    width === 0 ||
    height === 0 ||
    width > 0x7fffffff ||
    height > 0x7fffffff
  ) {
    throw new Rejection(
      'corrupt',
      `the PNG's header is impossible (${width}x${height}, ${depth} bits, type ${colourType})`,
    );
  }
  return { width, height, depth, colourType, interlaced: view.getUint8(12) === 1 };
}

function* chunks(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 8;
  while (position + 12 <= bytes.length) {
    const length = view.getUint32(position);
    const end = position + 12 + length;
    if (end > bytes.length) break;
    const checked = bytes.subarray(position + 4, position + 8 + length);
    if (crc32(checked) !== view.getUint32(end - 4)) {
      throw new Rejection('corrupt', 'a checksum in the PNG does not fit its data; upload the file again');
    }
    const name = Buffer.from(checked.subarray(0, 4)).toString('latin1');
    yield { name, data: checked.subarray(4) };
    position = end;
    if (name !== 'IEND') continue;
    if (position < bytes.length) throw new Rejection('corrupt', 'there is other data behind the end of the PNG');
    return;
  }
  throw new Rejection('truncated', 'the PNG ends before its picture does; upload the file again');
}

/** Rows and their bytes without the filter byte; seven passes when interlaced by Adam7. */
function rowLengths({ width, height, depth, colourType, interlaced }: Header): { count: number; bytes: number }[] {
  const bits = depth * (COLOUR_TYPES[colourType]?.channels ?? 1);
  const passes = interlaced
    ? [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ]
    : [[0, 0, 1, 1]];
  return passes.flatMap(([left = 0, top = 0, stepX = 1, stepY = 1]) => {
    const columns = Math.ceil((width - left) / stepX);
    const count = Math.ceil((height - top) / stepY);
    return columns > 0 && count > 0 ? [{ count, bytes: Math.ceil((columns * bits) / 8) }] : [];
  });
}
