import { z } from 'zod';
import { agreeing, type Pair } from '../parity/pairs.ts';
import type { Parity } from '../parity/parity.ts';
import { defineRule, percent, share } from './rule.ts';

/** When two passes over an image agree. */
const likenessLimits = {
  /** A defect that both find has boxes that overlap by this… */
  iou: share,
  /** … and confidences that differ by no more than this. */
  confidence: share,
  /** Share of the defects that have to agree. */
  agree: share,
};

export const likenessSchema = z.object(likenessLimits);

/**
 * From the trainer's own forward pass to the device's answer nothing gets lost. The export is the same arithmetic in another
 * order and has to answer the same; INT8 and the line's own decoding and scaling of a photograph change every score a
 * little, and have to find the same defects.
 */
export const exportParity = defineRule(
  'export-parity',
  {
    ...likenessLimits,
    /** Of the validation split that the trainer's own answers are asked for; all, where it has fewer. */
    images: z.int().min(1),
    /** Largest difference between a score of the trainer's pass and of the bare export, 0 to 1. */
    score: share,
    /** The same for a box's centre, width and height, in pixels of the network's input. */
    pixels: z.number().min(0),
  },
  (limits, { parity, manifest, validation }) => {
    if (parity === undefined) {
      const reason = `${manifest.trainer.name} left no reference.json to compare with: train with a version that writes its own forward pass`;
      return { status: 'undecided', reason, numbers: {} };
    }
    const agreement = (pairs: readonly Pair[]) => agreeing(pairs, limits);
    const [precision, inspector] = [agreement(parity.precision), agreement(parity.inspector)];
    const numbers = {
      images: parity.images,
      scoreDifference: parity.exported.score,
      pixelDifference: parity.exported.pixels,
      precisionAgreement: precision,
      inspectorAgreement: inspector,
    };
    const wrong = [
      ...exportFaults(parity, limits),
      ...(precision !== null && precision < limits.agree
        ? [`the model that would go to the line and the trained one agree on ${percent(precision)} of the defects`]
        : []),
      ...(inspector !== null && inspector < limits.agree
        ? [`the inspector and the bare network agree on ${percent(inspector)} of the defects`]
        : []),
    ];
    if (wrong.length > 0) {
      const reason = `on ${parity.images} images ${wrong.join('; ')}. Look at the export, not at the training.`;
      return { status: 'failed', reason, numbers };
    }
    const asked = Math.min(limits.images, validation.images.length);
    if (parity.images < asked) {
      const reason = `${manifest.trainer.name} left its own answers on ${parity.images} images where ${asked} are asked for`;
      return { status: 'undecided', reason, numbers };
    }
    if (inspector === null) {
      const reason = `the export answers as the trainer does, but finds nothing on ${parity.images} images that the inspector could agree with`;
      return { status: 'undecided', reason, numbers };
    }
    const reason = `on ${parity.images} images scores differ by up to ${parity.exported.score.toExponential(1)}, boxes by ${parity.exported.pixels.toExponential(1)} px; the inspector agrees on ${percent(inspector)} of the defects`;
    return { status: 'passed', reason, numbers };
  },
);

function exportFaults({ exported }: Parity, limits: { score: number; pixels: number }): string[] {
  return [
    ...(!(exported.score <= limits.score)
      ? [`the export's scores differ from the trainer's by up to ${exported.score.toFixed(3)}`]
      : []),
    ...(!(exported.pixels <= limits.pixels)
      ? [`the export's boxes differ from the trainer's by up to ${exported.pixels.toFixed(1)} px`]
      : []),
  ];
}
