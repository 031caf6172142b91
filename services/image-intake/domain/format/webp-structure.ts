import { Rejection } from '../rejection.ts';

/**
 * Walks the chunks of a WebP (RFC 9649): one still picture with a size, and nothing behind the end that RIFF tells.
 * Throws {@link Rejection}.
 */
export function readWebpStructure(bytes: Uint8Array): { width: number; height: number } {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 20) throw truncated();
  const end = 8 + file.readUInt32LE(4);
  if (end > file.length) throw truncated();
  if (file.subarray(end).some((byte) => byte !== 0)) {
    throw new Rejection('corrupt', 'there is other data behind the end of the WebP; upload the image alone');
  }
  let size: { width: number; height: number } | undefined;
  for (let position = 12; position + 8 <= end; ) {
    const name = file.toString('latin1', position, position + 4);
    const length = file.readUInt32LE(position + 4);
    const data = position + 8;
    if (data + length > end) throw truncated();
    if (name === 'ANIM' || name === 'ANMF') {
      throw new Rejection('unsupported-format', 'the WebP is animated; upload one picture a file');
    }
    size ??= sizeIn(name, file.subarray(data, data + length));
    // Chunks begin at even offsets.
    position = data + length + (length % 2);
  }
  if (size === undefined) throw new Rejection('corrupt', 'the WebP holds no picture');
  return size;
}

function sizeIn(name: string, data: Buffer): { width: number; height: number } | undefined {
  if (name === 'VP8X' && data.length >= 10) {
    return { width: 1 + data.readUIntLE(4, 3), height: 1 + data.readUIntLE(7, 3) };
  }
  if (name === 'VP8 ' && data.length >= 10) {
    return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
  }
  if (name === 'VP8L' && data.length >= 5) {
    const packed = data.readUInt32LE(1);
    return { width: 1 + (packed & 0x3fff), height: 1 + ((packed >>> 14) & 0x3fff) };
  }
  return undefined;
}

function truncated(): Rejection {
  return new Rejection('truncated', 'the WebP ends before its picture does; upload the file again');
}
