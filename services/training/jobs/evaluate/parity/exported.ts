import { yoloShape } from '@assay/vision';
import type { Output } from './network.ts';
import type { ReferenceImage } from './reference.ts';

/** The largest differences between the trainer's pass and the bare export. */
export interface ExportedDifference {
  /** Of any score, 0 to 1. */
  readonly score: number;
  /** Of any centre, width or height, in pixels of the network's input. */
  readonly pixels: number;
}

const BOX_VALUES = 4;

/**
 * Compares each anchor that the trainer's pass names, and makes sure that the export has no higher score elsewhere.
 *
 * @throws Error when the export has other anchors or classes than the reference speaks of
 */
export function exportedDifference({ imageId, answers }: ReferenceImage, { values, dims }: Output): ExportedDifference {
  const { classes, anchors } = yoloShape(dims);
  const at = (row: number, anchor: number) => values[row * anchors + anchor] ?? Number.NaN;
  let [score, pixels] = [0, 0];
  let lowest = 1;
  const named = new Set<number>();
  for (const [anchor = -1, ...expected] of answers) {
    if (!Number.isInteger(anchor) || anchor < 0 || anchor >= anchors || expected.length !== BOX_VALUES + classes) {
      throw new Error(
        `The reference of ${imageId} speaks of anchor ${anchor} with ${expected.length} values; the export has ${anchors} anchors with ${BOX_VALUES + classes}. Export the network that was trained.`,
      );
    }
    named.add(anchor);
    lowest = Math.min(lowest, Math.max(...expected.slice(BOX_VALUES)));
    for (const [row, value] of expected.entries()) {
      const difference = Math.abs(value - at(row, anchor));
      if (row < BOX_VALUES) pixels = Math.max(pixels, difference);
      else score = Math.max(score, difference);
    }
  }
  for (let anchor = 0; anchor < anchors; anchor++) {
    if (named.has(anchor)) continue;
    for (let row = BOX_VALUES; row < BOX_VALUES + classes; row++) score = Math.max(score, at(row, anchor) - lowest);
  }
  return { score, pixels };
}
