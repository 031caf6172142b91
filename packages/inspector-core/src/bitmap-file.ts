import { InspectorError } from './errors.ts';
import { MAX_PIXELS, tooManyPixels } from './pixel-limit.ts';

/** 8-bit RGB, row by row from the top. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const FILE_HEADER = 14;
const INFO_HEADER = 40;
const UNCOMPRESSED = 0;

/** Whether the bytes begin like a Windows bitmap. */
export function isBitmapFile(bytes: Uint8Array): boolean {
  return bytes.length > FILE_HEADER + INFO_HEADER && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes a Windows bitmap, which libvips doesn't: uncompressed with 8 (palette), 24 or 32 bits a pixel, as industrial
 * cameras write it.
 *
 * @throws InspectorError `image-unreadable`
 * @see "Bitmap Storage" and BITMAPINFOHEADER in Microsoft's documentation
 */
export function decodeBitmapFile(bytes: Uint8Array): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const infoLength = view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (infoLength < INFO_HEADER || compression !== UNCOMPRESSED || ![8, 24, 32].includes(bits)) {
    throw unreadable(
      `has ${bits} bits a pixel and compression ${compression}; 8, 24 or 32 bits, uncompressed, are read`,
    );
  }
  // A negative height means that rows run from the top.
  const height = Math.abs(signedHeight);
  const start = view.getUint32(10, true);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (width < 1 || height < 1 || start + stride * height > bytes.length) {
    throw unreadable(`has ${bytes.length} bytes, too few for its ${width} × ${height} pixels`);
  }
  if (width * height > MAX_PIXELS) throw tooManyPixels();

  const rgb = new Uint8Array(3 * width * height);
  const bytesPerPixel = bits / 8;
  const palette = FILE_HEADER + infoLength;
  for (let y = 0; y < height; y++) {
    const row = start + stride * (signedHeight > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x++) {
      const pixel = row + x * bytesPerPixel;
      const colour = bits === 8 ? palette + 4 * bytes[pixel]! : pixel;
      const target = 3 * (y * width + x);
      rgb[target] = bytes[colour + 2]!;
      rgb[target + 1] = bytes[colour + 1]!;
      rgb[target + 2] = bytes[colour]!;
    }
  }
  return { width, height, rgb };
}

function unreadable(reason: string): InspectorError {
  return new InspectorError(
    'image-unreadable',
    `The image is a Windows bitmap that ${reason}. Save it as PNG or JPEG.`,
  );
}
