import { type DemoImage, drawnImages } from '../../packages/cli/src/demo/demo-dataset.ts';

const SIZE = { width: 160, height: 120 };
const DRAWN = 40;

/**
 * Small photographs with their truth, each a content of its own. A few are drawn; the others are these again with another
 * JPEG comment, which changes the bytes and so the image's id, but no pixel.
 */
export async function benchImages(count: number, seed: number): Promise<DemoImage[]> {
  const drawn = await drawnImages({
    ...SIZE,
    seed,
    tags: Math.min(count, DRAWN),
    shotsPerTag: 1,
    defectFreeShare: 0.2,
  });
  return Array.from({ length: count }, (_, index) => variant(drawn, index, seed));
}

function variant(drawn: DemoImage[], index: number, seed: number): DemoImage {
  const original = drawn[index % drawn.length];
  if (!original) throw new RangeError('no image was drawn');
  const part = `part-${seed}-${String(index).padStart(6, '0')}`;
  return { ...original, part, fileName: `${part}.jpg`, bytes: withComment(original.bytes, part) };
}

/** Puts a comment segment (COM, ITU T.81 B.2.4.5) behind the JPEG's first marker. */
function withComment(jpeg: Uint8Array, text: string): Uint8Array {
  const comment = Buffer.from(text);
  const head = Buffer.from([0xff, 0xfe, 0, 0]);
  head.writeUInt16BE(comment.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, comment, jpeg.subarray(2)]);
}
