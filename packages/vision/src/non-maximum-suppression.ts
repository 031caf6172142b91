import type { Detection } from './box.ts';
import type { Candidates } from './yolo-output.ts';

export interface SuppressionSettings {
  /** A candidate that overlaps with a better one of its class by more than this is dropped. */
  readonly iou: number;
  /** How many detections to keep at most, the most confident first. */
  readonly limit: number;
}

/**
 * Of candidates that overlap within a class keeps the most confident. The result is ordered by confidence, falling;
 * equals keep the candidates' order. Boxes are in the candidates' pixels. Boxes without an area are dropped.
 */
export function nonMaximumSuppression(candidates: Candidates, { iou, limit }: SuppressionSettings): Detection[] {
  const { boxes, confidences, classIds } = candidates;
  const kept: number[] = [];
  const order = byConfidence(candidates);
  for (let position = 0; position < order.length && kept.length < limit; position++) {
    const candidate = order[position]!;
    if (!(boxes[4 * candidate + 2]! > 0 && boxes[4 * candidate + 3]! > 0)) continue;
    let suppressed = false;
    for (let i = 0; i < kept.length && !suppressed; i++) {
      const better = kept[i]!;
      suppressed = classIds[better] === classIds[candidate] && overlap(boxes, better, candidate) > iou;
    }
    if (!suppressed) kept.push(candidate);
  }
  return kept.map((index) => ({
    box: {
      left: boxes[4 * index]!,
      top: boxes[4 * index + 1]!,
      width: boxes[4 * index + 2]!,
      height: boxes[4 * index + 3]!,
    },
    classId: classIds[index]!,
    confidence: confidences[index]!,
  }));
}

/**
 * Sorts 64-bit keys, which needs no comparison in JavaScript: above, a confidence's bits so that larger floats come
 * first; below, the candidate's index. (Words of a key lie as on every processor that Node runs on but s390x: low first.)
 */
function byConfidence({ count, confidences }: Candidates): Uint32Array {
  const keys = new BigUint64Array(count);
  const words = new Uint32Array(keys.buffer);
  const bits = new Int32Array(confidences.buffer, confidences.byteOffset, count);
  for (let index = 0; index < count; index++) {
    words[2 * index] = index;
    words[2 * index + 1] = bits[index]! < 0 ? bits[index]! : ~bits[index]! & 0x7fffffff;
  }
  keys.sort();
  const order = new Uint32Array(count);
  for (let position = 0; position < count; position++) order[position] = words[2 * position]!;
  return order;
}

/** `iou` on two entries of a boxes column: this runs for every pair, so it makes no objects. */
function overlap(boxes: Float32Array, a: number, b: number): number {
  const i = 4 * a;
  const j = 4 * b;
  const width = Math.min(boxes[i]! + boxes[i + 2]!, boxes[j]! + boxes[j + 2]!) - Math.max(boxes[i]!, boxes[j]!);
  const height =
    Math.min(boxes[i + 1]! + boxes[i + 3]!, boxes[j + 1]! + boxes[j + 3]!) - Math.max(boxes[i + 1]!, boxes[j + 1]!);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  return shared / (boxes[i + 2]! * boxes[i + 3]! + boxes[j + 2]! * boxes[j + 3]! - shared);
}
