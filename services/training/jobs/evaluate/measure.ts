import { createInspector, type Inspection } from '@assay/inspector-core';
import { type CocoEvaluation, evaluateDetections, type LabelledBox } from '@assay/vision';
import type { TrainedModel } from './model-archive.ts';
import { readYoloLabels, type TestSet } from './test-set.ts';

/** Low enough to see the whole precision-recall curve: what Ultralytics' validation takes too. */
const FLOOR = 0.001;
const PROGRESS_EVERY = 50;

export interface MeasuredImage {
  readonly imageId: string;
  readonly bytes: Uint8Array;
  readonly truths: readonly LabelledBox[];
  readonly inspection: Inspection;
}

export interface Measurement {
  readonly images: readonly MeasuredImage[];
  readonly precision: CocoEvaluation;
}

/**
 * Lets the inspector, as it runs on the line, look at every test image.
 *
 * @throws Error when the model's classes aren't those of the test set, or the model can't be used
 */
export async function measure(
  { onnx, manifest }: TrainedModel,
  testSet: TestSet,
  log: (line: string) => void,
): Promise<Measurement> {
  const expected = testSet.data.names;
  if (expected.some((name, classId) => manifest.names[classId] !== name)) {
    throw new Error(
      `The model's classes are ${manifest.names.join(', ')}, the test set's ${expected.join(', ')}. ` +
        'Train and test on the same snapshot.',
    );
  }
  const inspector = await createInspector({ model: onnx, manifest, floor: FLOOR });
  try {
    const images: MeasuredImage[] = [];
    for (const { imageId, bytes, labels } of testSet.images) {
      const inspection = await inspector.inspect(bytes);
      const truths = readYoloLabels(labels, inspection.width, inspection.height);
      images.push({ imageId, bytes, truths, inspection });
      if (images.length % PROGRESS_EVERY === 0)
        log(`${images.length} of ${testSet.images.length} test images inspected`);
    }
    const results = images.map(({ truths, inspection }) => ({ truths, detections: inspection.candidates }));
    return { images, precision: evaluateDetections(results, manifest.names.length) };
  } finally {
    await inspector.close();
  }
}
