import { type Detection, decodeYolo, fromLetterbox, letterbox, nonMaximumSuppression } from '@assay/vision';
import type { MeasuredImage } from '../measurement.ts';
import type { Model, TrainedModel } from '../model-archive.ts';
import { type ExportedDifference, exportedDifference } from './exported.ts';
import { type Output, runNetwork } from './network.ts';
import { type Pair, pairsOf } from './pairs.ts';

/** How much of the trainer's answers arrives at the line, on the images of the reference. */
export interface Parity {
  /** Different ones. */
  readonly images: number;
  /** The trainer's own pass against the bare export. */
  readonly exported: ExportedDifference;
  /** The bare export against the bare model that would go to the line, which may be INT8. */
  readonly precision: readonly Pair[];
  /** The bare model against the inspector's answer on the photographs. */
  readonly inspector: readonly Pair[];
}

/** As the inspector: candidates below are noise, and no more than COCO's hundred are kept. */
const FLOOR = 0.001;
const MOST_BOXES = 100;

/**
 * Follows each image of the trainer's reference through all that stands between the trainer and the line.
 *
 * @param final the model that would go to the line; its threshold says which detections are defects
 * @param inspected what the inspector makes of the validation split with that model
 * @returns undefined when the trainer left no reference
 * @throws Error when the reference speaks of other images or another network
 */
export async function examineParity(
  trained: TrainedModel,
  final: Model,
  inspected: readonly MeasuredImage[],
): Promise<Parity | undefined> {
  const { reference } = trained;
  if (reference === undefined) return undefined;
  const { imageSize } = trained.manifest;
  const inputs = reference.map(({ planes }) => planes);
  const exported = await runNetwork(trained.onnx, inputs, imageSize);
  const bare = final.onnx === trained.onnx ? exported : await runNetwork(final.onnx, inputs, imageSize);

  const byId = new Map(inspected.map((image) => [image.imageId, image]));
  const differences: ExportedDifference[] = [];
  const precision: Pair[] = [];
  const inspector: Pair[] = [];
  for (const [index, answered] of reference.entries()) {
    const image = byId.get(answered.imageId);
    const [ofExport, ofFinal] = [exported[index], bare[index]];
    if (image === undefined || ofExport === undefined || ofFinal === undefined) {
      throw new Error(`The reference has an image ${answered.imageId}, which the validation split hasn't.`);
    }
    differences.push(exportedDifference(answered, ofExport));
    const found = detectionsOf(ofFinal, final, image);
    const { confidence } = final.manifest.thresholds;
    if (bare !== exported) precision.push(...pairsOf(detectionsOf(ofExport, final, image), found, confidence));
    inspector.push(...pairsOf(found, image.inspection.candidates, confidence));
  }
  const exportDifference = {
    score: Math.max(...differences.map(({ score }) => score)),
    pixels: Math.max(...differences.map(({ pixels }) => pixels)),
  };
  return {
    images: new Set(reference.map(({ imageId }) => imageId)).size,
    exported: exportDifference,
    precision,
    inspector,
  };
}

/** What a device ought to make of a network's answer, in pixels of the photograph. */
function detectionsOf({ values, dims }: Output, { manifest }: Model, { inspection }: MeasuredImage): Detection[] {
  const { iou, votes = 1 } = manifest.thresholds;
  const placement = letterbox(inspection.width, inspection.height, manifest.imageSize);
  return nonMaximumSuppression(decodeYolo(values, dims, FLOOR), { iou, votes, limit: MOST_BOXES })
    .map((found) => ({ ...found, box: fromLetterbox(placement, found.box) }))
    .filter(({ box }) => box.width > 0 && box.height > 0);
}
