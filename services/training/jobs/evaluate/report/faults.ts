import type { FoundBox } from '@assay/inspector-core';
import { iou, type LabelledBox } from '@assay/vision';
import type { MeasuredImage } from '../measurement.ts';

const MATCHING_IOU = 0.5;

/** An image seen with the eyes of someone who wants to know what went wrong. */
export interface Faults {
  readonly image: MeasuredImage;
  readonly missed: readonly LabelledBox[];
  readonly found: readonly FoundBox[];
  readonly falseAlarms: readonly FoundBox[];
  readonly wrongVerdict: boolean;
}

/** Compares what the inspector reported (at its thresholds) with the truth, at IoU 0.5. */
export function faultsOf(image: MeasuredImage): Faults {
  const free = new Set(image.truths);
  const found: FoundBox[] = [];
  const falseAlarms: FoundBox[] = [];
  for (const detection of image.inspection.detections) {
    const [nearest] = [...free]
      .filter((truth) => truth.classId === detection.classId && iou(truth, detection.box) >= MATCHING_IOU)
      .sort((a, b) => iou(b, detection.box) - iou(a, detection.box));
    if (nearest === undefined) {
      falseAlarms.push(detection);
    } else {
      free.delete(nearest);
      found.push(detection);
    }
  }
  const expected = image.truths.length > 0 ? 'fail' : 'pass';
  return { image, missed: [...free], found, falseAlarms, wrongVerdict: image.inspection.verdict !== expected };
}

/** Images on which defects were missed: escapes first, then by how many. */
export function worstMisses(faults: readonly Faults[]): Faults[] {
  const badness = ({ wrongVerdict, missed }: Faults) => (wrongVerdict ? 1000 : 0) + missed.length;
  return faults.filter(({ missed }) => missed.length > 0).sort((a, b) => badness(b) - badness(a));
}

/** Images on which something was seen that isn't there: good parts that fail first, then by how sure it was. */
export function worstFalseAlarms(faults: readonly Faults[]): Faults[] {
  const badness = ({ wrongVerdict, falseAlarms }: Faults) =>
    (wrongVerdict ? 1000 : 0) + falseAlarms.reduce((sum, { confidence }) => sum + confidence, 0);
  return faults.filter(({ falseAlarms }) => falseAlarms.length > 0).sort((a, b) => badness(b) - badness(a));
}
