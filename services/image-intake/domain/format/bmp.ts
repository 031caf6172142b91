import { Rejection } from '../rejection.ts';

/** Decoded pixels, three bytes each, rows from the top. */
export interface RgbPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: 8 | 24 | 32;
  readonly pixelOffset: number;
  readonly paletteOffset: number;
  readonly paletteSize: number;
}

/**
 * Reads an uncompressed BMP with a BITMAPINFOHEADER or a later one (8-bit palette, 24 or 32 bits), which libvips as
 * sharp ships it can't. Strict: everything that the header promises has to be there. Throws {@link Rejection}.
 */
export function decodeBmp(file: Uint8Array): RgbPixels {
  const header = readHeader(file);
  const { width, height, bits } = header;
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (header.pixelOffset + stride * height > file.length) {
    throw new Rejection('truncated', 'the BMP ends before its last row; upload the file again');
  }
  const data = Buffer.alloc(width * height * 3);
  for (let row = 0; row < height; row += 1) {
    const from = header.pixelOffset + stride * (header.topDown ? row : height - 1 - row);
    for (let column = 0; column < width; column += 1) {
      const source = bits === 8 ? paletteEntry(file, header, from + column) : from + (column * bits) / 8;
      const target = (row * width + column) * 3;
      data[target] = file[source + 2] ?? 0;
      data[target + 1] = file[source + 1] ?? 0;
      data[target + 2] = file[source] ?? 0;
    }
  }
  return { width, height, data };
}

/** Width and height, from the header alone. */
export function bmpSize(file: Uint8Array): { width: number; height: number } {
  const { width, height } = readHeader(file);
  return { width, height };
}

function paletteEntry(file: Uint8Array, header: BmpHeader, position: number): number {
  const index = file[position] ?? 0;
  if (index >= header.paletteSize)
    throw new Rejection('corrupt', `the BMP uses colour ${index}, which its palette has not`);
  return header.paletteOffset + index * 4;
}

function readHeader(file: Uint8Array): BmpHeader {
  if (file.length < 54) throw new Rejection('truncated', 'the BMP ends within its header; upload the file again');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerSize = view.getUint32(14, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (headerSize < 40 || compression !== 0 || (bits !== 8 && bits !== 24 && bits !== 32)) {
    throw new Rejection(
      'unsupported-format',
      `the BMP has ${bits} bits a pixel with compression ${compression}; save it uncompressed with 8, 24 or 32 bits`,
    );
  }
  const height = view.getInt32(22, true);
  const width = view.getInt32(18, true);
  if (width <= 0 || height === 0) throw new Rejection('corrupt', `the BMP says that it is ${width}x${height} pixels`);
  const paletteOffset = 14 + headerSize;
  const pixelOffset = view.getUint32(10, true);
  const paletteSize = bits === 8 ? view.getUint32(46, true) || 256 : 0;
  if (pixelOffset < paletteOffset + paletteSize * 4)
    throw new Rejection('corrupt', 'the BMP has its pixels in its header');
  return { width, height: Math.abs(height), topDown: height < 0, bits, pixelOffset, paletteOffset, paletteSize };
}
