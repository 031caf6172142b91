import { Rejection } from '../rejection.ts';

const IMAGE_WIDTH = 256;
const IMAGE_LENGTH = 257;
/** Types of a field that can hold a size (TIFF 6.0, section 2). */
const SHORT = 3;
const LONG = 4;
const FIELD_BYTES = 12;

/**
 * Reads the first directory of a TIFF (TIFF 6.0, section 2), which has to be the only one. Throws {@link Rejection}.
 * Its data may lie anywhere in the file; whether it is there, the decoder finds out.
 */
export function readTiffStructure(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  if (bytes.length < 8) throw truncated();
  const directory = view.getUint32(4, little);
  if (directory < 8) throw new Rejection('corrupt', 'the TIFF has its directory in its header; export the image again');
  if (directory + 2 > bytes.length) throw truncated();
  const fields = view.getUint16(directory, little);
  const next = directory + 2 + fields * FIELD_BYTES;
  if (next + 4 > bytes.length) throw truncated();
  if (view.getUint32(next, little) !== 0) {
    throw new Rejection('unsupported-format', 'the TIFF holds several pictures; upload one a file');
  }
  const value = (wanted: number): number => {
    for (let position = directory + 2; position < next; position += FIELD_BYTES) {
      if (view.getUint16(position, little) !== wanted) continue;
      const type = view.getUint16(position + 2, little);
      if (type === SHORT) return view.getUint16(position + 8, little);
      if (type === LONG) return view.getUint32(position + 8, little);
    }
    return 0;
  };
  const [width, height] = [value(IMAGE_WIDTH), value(IMAGE_LENGTH)];
  if (width === 0 || height === 0) throw new Rejection('corrupt', `the TIFF says that it is ${width}x${height} pixels`);
  return { width, height };
}

function truncated(): Rejection {
  return new Rejection('truncated', 'the TIFF ends within its directory; upload the file again');
}
