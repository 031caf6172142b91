import type { MeasuredImage } from '../measurement.ts';

/** Parts with a wrong verdict, of so many. */
export interface PartCount {
  readonly count: number;
  readonly of: number;
}

export interface PartVerdicts {
  /** Defective parts of which a photograph that shows a defect was passed. */
  readonly escaped: PartCount;
  /** Parts of which a photograph that shows none was failed. */
  readonly overkilled: PartCount;
}

/**
 * Counts parts and not photographs: those of one part fail or pass together, and an interval that took each for a trial
 * of its own would promise too much. One wrong photograph makes a part wrong.
 *
 * @param isFailed the verdict on an image
 */
export function partVerdicts(
  images: readonly MeasuredImage[],
  isFailed: (image: MeasuredImage) => boolean,
): PartVerdicts {
  return {
    escaped: countParts(
      images.filter(({ truths }) => truths.length > 0),
      (image) => !isFailed(image),
    ),
    overkilled: countParts(
      images.filter(({ truths }) => truths.length === 0),
      isFailed,
    ),
  };
}

function countParts(images: readonly MeasuredImage[], isWrong: (image: MeasuredImage) => boolean): PartCount {
  const all = new Set(images.map(({ group }) => group));
  const wrong = new Set(images.filter(isWrong).map(({ group }) => group));
  return { count: wrong.size, of: all.size };
}
