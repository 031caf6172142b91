import { iou } from '@assay/vision';
import type { Contestant, Found } from './contestants.ts';
import type { Photograph } from './photographs.ts';

/** Overlap from which on two boxes are of the same thing. */
const SAME = 0.5;

/** @throws Error when two that run the same network don't find the very same */
export async function checkSame(one: Contestant, other: Contestant, images: readonly Photograph[]): Promise<void> {
  let count = 0;
  for (const image of images) {
    const [a, b] = [await one.find(image), await other.find(image)];
    if (JSON.stringify(a) !== JSON.stringify(b)) {
      throw new Error(`${one.name} and ${other.name} differ on ${image.fileName}: ${JSON.stringify([a[0], b[0]])}`);
    }
    count += a.length;
  }
  if (count === 0) throw new Error(`${one.name} found nothing on any image: there was nothing to compare`);
}

/** Share of what one finds, the least sure of it left out, that another finds too: same class, overlap of half or more. */
export async function agreement(one: Contestant, other: Contestant, images: readonly Photograph[]): Promise<number> {
  let found = 0;
  let shared = 0;
  for (const image of images) {
    const [expected, actual] = [await one.find(image), await other.find(image)];
    const surest = Math.max(0, ...expected.map(({ confidence }) => confidence));
    const sure = expected.filter(({ confidence }) => confidence >= surest / 2);
    found += sure.length;
    shared += sure.filter((each) => actual.some((candidate) => isSame(each, candidate))).length;
  }
  return shared / found;
}

function isSame(a: Found, b: Found): boolean {
  return a.classId === b.classId && iou(a, b) >= SAME;
}
