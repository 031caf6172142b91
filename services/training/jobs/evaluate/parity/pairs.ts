import { type Detection, iou } from '@assay/vision';

/** A defect that one pass found, and what the other has in its place. */
export interface Pair {
  /** How far the boxes overlap; 0 where the other has none of the class. */
  readonly iou: number;
  /** Between their confidences. */
  readonly difference: number;
}

/**
 * Each detection of either side that counts as a defect, with the other side's nearest, however unsure.
 *
 * @param confidence from which on a detection counts
 */
export function pairsOf(ours: readonly Detection[], theirs: readonly Detection[], confidence: number): Pair[] {
  const among = (defects: readonly Detection[], others: readonly Detection[]) =>
    defects.filter((defect) => defect.confidence >= confidence).map((defect) => nearest(defect, others));
  return [...among(ours, theirs), ...among(theirs, ours)];
}

/** The share of the pairs whose boxes and confidences are alike; null where there is nothing to agree on. */
export function agreeing(pairs: readonly Pair[], limits: { iou: number; confidence: number }): number | null {
  if (pairs.length === 0) return null;
  const agreed = pairs.filter(({ iou, difference }) => iou >= limits.iou && difference <= limits.confidence);
  return agreed.length / pairs.length;
}

function nearest(defect: Detection, others: readonly Detection[]): Pair {
  let best: Pair = { iou: 0, difference: defect.confidence };
  for (const other of others) {
    const overlap = other.classId === defect.classId ? iou(other.box, defect.box) : 0;
    if (overlap > best.iou) best = { iou: overlap, difference: Math.abs(other.confidence - defect.confidence) };
  }
  return best;
}
