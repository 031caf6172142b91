import { Rejection } from '../rejection.ts';

/** What a JPEG's markers tell before anything is decoded. */
export interface JpegStructure {
  readonly width: number;
  readonly height: number;
}

const EOI = 0xd9;
const SOS = 0xda;
const DHT = 0xc4;
/** Start-of-frame markers: C0 to CF without DHT, JPG (C8) and DAC (CC). */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![DHT, 0xc8, 0xcc].includes(marker);
/** Baseline, extended sequential and progressive with Huffman coding; browsers show no other. */
const SHOWN_FRAMES: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);

/**
 * Walks the markers of a JPEG (ITU-T T.81, B.1): it has to have a frame with a size, scans, and an end, with nothing
 * behind it but padding. Decoders fill what is missing with gray and call it a picture; here it is a rejection.
 */
export function readJpegStructure(bytes: Uint8Array): JpegStructure {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: JpegStructure | undefined;
  let scans = 0;
  let huffmanTables = 0;
  let position = 2;
  while (true) {
    const marker = nextMarker(bytes, position);
    if (marker.code === EOI) {
      position = marker.end;
      break;
    }
    if (marker.end + 2 > bytes.length) throw truncated();
    const length = view.getUint16(marker.end);
    if (length < 2) throw new Rejection('corrupt', 'a JPEG segment has no length; export the image again');
    if (marker.end + length > bytes.length) throw truncated();
    if (isFrame(marker.code)) {
      if (length < 8) throw new Rejection('corrupt', 'the JPEG frame header is too short; export the image again');
      if (!SHOWN_FRAMES.has(marker.code)) {
        throw new Rejection('unsupported-format', 'the JPEG is arithmetic-coded or lossless; save it as a usual JPEG');
      }
      if (frame !== undefined) throw new Rejection('corrupt', 'the JPEG has several frames; upload one image a file');
      frame = { height: view.getUint16(marker.end + 3), width: view.getUint16(marker.end + 5) };
    }
    if (marker.code === DHT) huffmanTables += 1;
    position = marker.end + length;
    if (marker.code === SOS) {
      scans += 1;
      position = endOfScan(bytes, position);
    }
  }
  if (frame === undefined || scans === 0) throw new Rejection('corrupt', 'the JPEG holds no picture');
  if (huffmanTables === 0) throw new Rejection('corrupt', 'the JPEG lacks its Huffman tables; export the image again');
  if (frame.width === 0 || frame.height === 0) {
    throw new Rejection('corrupt', `the JPEG says that it is ${frame.width}x${frame.height} pixels`);
  }
  if (bytes.subarray(position).some((byte) => byte !== 0)) {
    throw new Rejection('corrupt', 'there is other data behind the end of the JPEG; upload the image alone');
  }
  return frame;
}

function nextMarker(bytes: Uint8Array, from: number): { code: number; end: number } {
  let position = from;
  if (position >= bytes.length) throw truncated();
  if (bytes[position] !== 0xff) throw new Rejection('corrupt', 'the JPEG is damaged between its segments');
  while (bytes[position] === 0xff) position += 1;
  const code = bytes[position];
  if (code === undefined) throw truncated();
  return { code, end: position + 1 };
}

/** Entropy-coded data goes on to the next marker that is neither a stuffed zero nor a restart (D0 to D7). */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let position = from; position + 1 < bytes.length; position += 1) {
    if (bytes[position] !== 0xff) continue;
    const next = bytes[position + 1] ?? 0;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return position;
  }
  throw truncated();
}

function truncated(): Rejection {
  return new Rejection('truncated', 'the JPEG ends before its picture does; upload the file again');
}
