import { type Dataset, DatasetReader, detectOn, measure, type TrainingSettings, train } from '@assay/detector';
import type { CocoEvaluation, Detection } from '@assay/vision';

export interface MeasuredModel {
  readonly found: readonly (readonly Detection[])[];
  readonly precision: CocoEvaluation;
}

/** What an exported model finds on a dataset, and how precise that is; either trainer's. */
export async function measureModel(model: Uint8Array, dataset: Dataset): Promise<MeasuredModel> {
  const reader = new DatasetReader(dataset);
  const found = await detectOn(reader, { model, from: 0, to: reader.count });
  return { found, precision: measure(reader, found, dataset.names.length) };
}

/** Steps between words about a training that has no validation images to be measured on. */
const STEPS_BETWEEN_WORDS = 500;

/** Trains, and says how it goes on. */
export async function trainModel(
  input: { settings: TrainingSettings; training: Dataset; validation: Dataset; maxSeconds?: number },
  say: (line: string) => void,
) {
  const outcome = await train({
    ...input,
    onMeasured: ({ step, precision: { ap50 } }) =>
      say(`step ${step} of ${input.settings.steps}: AP50 ${ap50?.toFixed(3)} on validation`),
    onStep: ({ step, classLoss, boxLoss }) => {
      if (input.validation.count > 0 || step % STEPS_BETWEEN_WORDS > 0) return;
      say(
        `step ${step} of ${input.settings.steps}: loss ${classLoss.toFixed(3)} of classes, ${boxLoss.toFixed(3)} of boxes`,
      );
    },
  });
  say(`${outcome.status} at step ${outcome.step} after ${outcome.seconds.toFixed(0)} s`);
  return outcome;
}

/** @throws Error when the truths themselves, taken for detections, don't measure as perfect: the measure is broken */
export function checkMeasure(dataset: Dataset): void {
  const reader = new DatasetReader(dataset);
  const perfect = Array.from({ length: reader.count }, (_, index) =>
    reader.truths(index).map(({ x1, y1, x2, y2, classId }) => {
      return { box: { left: x1, top: y1, width: x2 - x1, height: y2 - y1 }, classId, confidence: 0.9 };
    }),
  );
  const { ap50, ap } = measure(reader, perfect, dataset.names.length);
  if (ap50 !== 1 || ap !== 1) throw new Error(`the truths measure AP50 ${ap50} and AP ${ap} against themselves`);
}
