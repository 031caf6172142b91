import type { catalogue, EventData } from '@assay/events';

/** How an execution ended, in the words of the events that tell of it. */
export type TrainingOutcome =
  | { readonly kind: 'trained'; readonly data: EventData<typeof catalogue.ModelTrained> }
  | { readonly kind: 'failed'; readonly data: EventData<typeof catalogue.TrainingFailed> };

/** A step as the pipeline lists it. */
export interface StepSummary {
  readonly name: string;
  readonly status: string;
  readonly failureReason?: string;
  readonly modelPackageArn?: string;
}

/** @returns what failed and why, in the best words that there are */
export function failureOf(
  status: string,
  steps: readonly StepSummary[],
  executionReason: string | undefined,
): { step?: string; reason: string } {
  const failed = steps.find((step) => step.status === 'Failed');
  if (failed !== undefined) {
    const reason = failed.failureReason ?? executionReason ?? `The step ${failed.name} failed without a reason.`;
    return { step: failed.name, reason };
  }
  if (status === 'Stopped') return { reason: executionReason ?? 'Somebody stopped the training.' };
  return { reason: executionReason ?? `The pipeline ended as ${status} without registering a model.` };
}
