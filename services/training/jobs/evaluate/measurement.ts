import { createInspector, type Inspection } from '@assay/inspector-core';
import { type CocoEvaluation, evaluateDetections, type ImageResult, type LabelledBox } from '@assay/vision';
import { type Channel, readYoloLabels } from './channel.ts';
import type { Model } from './model-archive.ts';

/** Candidates reach down to here. Low enough to see the whole precision-recall curve: what Ultralytics' validation takes too. */
export const FLOOR = 0.001;
const PROGRESS_EVERY = 50;

export interface MeasuredImage {
  readonly imageId: string;
  readonly group: string;
  readonly bytes: Uint8Array;
  readonly truths: readonly LabelledBox[];
  /** Its class ids are those of the data set, whatever the model calls them. */
  readonly inspection: Inspection;
}

/** What a model makes of a split. */
export interface Measurement {
  readonly images: readonly MeasuredImage[];
  /** Truths and candidates, in the order of the images. */
  readonly results: readonly ImageResult[];
  /** The group of each image, in their order. */
  readonly groups: readonly string[];
  readonly precision: CocoEvaluation;
}

/**
 * Lets the inspector, as it runs on the line, look at every image of a split. Classes are matched by name: what the
 * model finds of a class that the data set doesn't have is left out.
 *
 * @throws Error when the model can't be used
 */
export async function measure(
  { onnx, manifest }: Model,
  { data, images }: Channel,
  log: (line: string) => void,
): Promise<Measurement> {
  const inspector = await createInspector({ model: onnx, manifest, floor: FLOOR });
  try {
    const measured: MeasuredImage[] = [];
    for (const { imageId, group, bytes, labels } of images) {
      const inspection = byName(await inspector.inspect(bytes), data.names);
      const truths = readYoloLabels(labels, inspection.width, inspection.height);
      measured.push({ imageId, group, bytes, truths, inspection });
      if (measured.length % PROGRESS_EVERY === 0) log(`${measured.length} of ${images.length} images inspected`);
    }
    return measurementOf(measured, data.names.length);
  } finally {
    await inspector.close();
  }
}

/** The same measurement as an inspector with this threshold would have made it. */
export function atThreshold(measurement: Measurement, confidence: number): Measurement {
  const images = measurement.images.map((image) => {
    const detections = image.inspection.candidates.filter((found) => found.confidence >= confidence);
    const verdict: Inspection['verdict'] = detections.length > 0 ? 'fail' : 'pass';
    return { ...image, inspection: { ...image.inspection, detections, verdict } };
  });
  return { ...measurement, images };
}

function measurementOf(images: readonly MeasuredImage[], classCount: number): Measurement {
  const results = images.map(({ truths, inspection }) => ({ truths, detections: inspection.candidates }));
  return {
    images,
    results,
    groups: images.map(({ group }) => group),
    precision: evaluateDetections(results, classCount),
  };
}

function byName(inspection: Inspection, names: readonly string[]): Inspection {
  const known = (found: Inspection['candidates']) =>
    found.flatMap((one) => {
      const classId = names.indexOf(one.className);
      return classId < 0 ? [] : [{ ...one, classId }];
    });
  return { ...inspection, detections: known(inspection.detections), candidates: known(inspection.candidates) };
}
