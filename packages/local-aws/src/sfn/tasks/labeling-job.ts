import type { CreateLabelingJobCommandInput, DescribeLabelingJobResponse } from '@aws-sdk/client-sagemaker';
import type { Caller } from '../../kernel/caller.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { StateError } from '../interpreter/failure.ts';
import { isObject, type Json, toJson } from '../json.ts';

/** Submits a labeling job; the result is the API's. */
export async function createLabelingJob(kernel: Kernel, given: Json, caller: Caller): Promise<Json> {
  if (!isObject(given)) throw new StateError('States.Runtime', 'createLabelingJob needs an object as its arguments.');
  try {
    // SageMaker validates what the machine's author wrote, as it would for any client.
    const input = given as unknown as CreateLabelingJobCommandInput;
    return toJson(await kernel.call('sagemaker', 'CreateLabelingJob', input, caller));
  } catch (error) {
    throw optimizedFailure(error);
  }
}

/** Submits a job that may have been submitted already, before a restart at `since` (ms since the epoch) or later. */
export async function submitOnce(kernel: Kernel, given: Json, caller: Caller, since: number): Promise<Json> {
  const name = isObject(given) && typeof given.LabelingJobName === 'string' ? given.LabelingJobName : '';
  try {
    return await createLabelingJob(kernel, given, caller);
  } catch (error) {
    if (!(error instanceof StateError) || error.failure.error !== 'SageMaker.ResourceInUseException') throw error;
    const existing = await describe(kernel, name, caller);
    if ((existing.CreationTime?.getTime() ?? 0) < since) throw error;
    return { LabelingJobArn: existing.LabelingJobArn ?? '' };
  }
}

export async function describe(kernel: Kernel, name: string, caller: Caller): Promise<DescribeLabelingJobResponse> {
  try {
    return await kernel.call('sagemaker', 'DescribeLabelingJob', { LabelingJobName: name }, caller);
  } catch (error) {
    throw optimizedFailure(error);
  }
}

/** The result of a job that has ended; undefined while it hasn't. */
export function resultOf(job: DescribeLabelingJobResponse): Json | StateError | undefined {
  const description = toJson(job);
  if (job.LabelingJobStatus === 'Completed') return description;
  if (job.LabelingJobStatus === 'Failed' || job.LabelingJobStatus === 'Stopped')
    return new StateError('States.TaskFailed', JSON.stringify(description));
  return undefined;
}

const MODELLED = new Set(['ResourceInUse', 'ResourceLimitExceeded', 'ResourceNotFound']);

/** Optimized integrations name their errors after SDK 1. */
function optimizedFailure(error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  const name = MODELLED.has(error.code) ? `${error.code}Exception` : 'AmazonSageMakerException';
  return new StateError(
    `SageMaker.${name}`,
    `${error.message} (Service: AmazonSageMaker; Status Code: ${error.status ?? 400}; Error Code: ${error.code})`,
  );
}
