import type { FoundBox, Inspection } from '@assay/inspector-core';
import { type Frame, imageIdOf } from './frames/frame.ts';

/** The model that the device runs, as its verdicts name it. */
export interface ModelIdentity {
  /** Version of the component `com.assay.model`. */
  modelVersion: string;
  modelPackageArn: string;
}

/** A verdict as it is published on `assay/<thing>/verdicts`; boxes are in pixels of the upright image. */
export interface Verdict extends ModelIdentity {
  thing: string;
  imageId: string;
  station: string;
  part: string;
  file: string;
  verdict: 'pass' | 'fail';
  detections: readonly FoundBox[];
  width: number;
  height: number;
  /** From 0 (certain) to 1. */
  uncertainty: number;
  /** Whether the picture goes to the image bucket, because the verdict might have been the other one. */
  uploaded: boolean;
  /** When the picture was taken, ISO 8601. */
  capturedAt: string;
  /** When the verdict was given, ISO 8601. */
  at: string;
  /** That the inspection took. */
  milliseconds: number;
}

/** Shares of the way from a threshold down to no confidence, and up to full confidence. */
export interface Band {
  below: number;
  above: number;
}

/**
 * Whether a verdict is worth a person's look: what decided it lies within the band around its class's threshold. By
 * shares, not by confidences, so that a model with a low threshold isn't unsure of all that it sees.
 */
export function isUncertain(
  { verdict, uncertainty }: Pick<Inspection, 'verdict' | 'uncertainty'>,
  { below, above }: Band,
): boolean {
  return 1 - uncertainty <= (verdict === 'pass' ? below : above);
}

export function verdictOf(
  frame: Frame,
  inspection: Inspection,
  context: { thing: string; model: ModelIdentity; uploaded: boolean; now: number },
): Verdict {
  const { verdict, detections, width, height, uncertainty, milliseconds } = inspection;
  return {
    thing: context.thing,
    imageId: imageIdOf(frame.bytes),
    station: frame.station,
    part: frame.part,
    file: frame.file,
    verdict,
    detections,
    width,
    height,
    uncertainty,
    uploaded: context.uploaded,
    ...context.model,
    capturedAt: new Date(frame.capturedAt).toISOString(),
    at: new Date(context.now).toISOString(),
    milliseconds: Math.round(milliseconds * 10) / 10,
  };
}
