import type { CocoEvaluation } from '@assay/vision';

/** Used when nothing was measured, or nothing was found. */
export const DEFAULT_CONFIDENCE = 0.25;
const LOWEST_CONFIDENCE = 0.05;
const HIGHEST_CONFIDENCE = 0.9;

/**
 * The confidence from which on detections should count: where the F1 score at IoU 0.5, averaged over the classes, is
 * best. Kept off the ends, where a small validation set would put it by chance.
 */
export function bestConfidence(measured: CocoEvaluation | undefined): number {
  const curves = (measured?.classes ?? []).flatMap(({ curves: [atHalf] }) => (atHalf ? [atHalf] : []));
  const thresholds = curves.flatMap(({ confidence }) => confidence.filter((value) => value > 0));
  let best = { confidence: DEFAULT_CONFIDENCE, score: 0 };
  for (const threshold of thresholds) {
    const scores = curves.map(({ precision, confidence }) => f1At(threshold, precision, confidence));
    const score = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    if (score > best.score) best = { confidence: threshold, score };
  }
  const kept = Math.min(HIGHEST_CONFIDENCE, Math.max(LOWEST_CONFIDENCE, best.confidence));
  return Math.round(kept * 1000) / 1000;
}

/** Confidence falls along the curve: the last level that is still above the threshold is what it reaches. */
function f1At(threshold: number, precision: readonly number[], confidence: readonly number[]): number {
  const level = confidence.findLastIndex((value) => value >= threshold);
  if (level < 0) return 0;
  const recall = level / (confidence.length - 1);
  const precise = precision[level] ?? 0;
  return recall + precise === 0 ? 0 : (2 * recall * precise) / (recall + precise);
}
