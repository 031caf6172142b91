/** A job's end as `Failed`; the message is its `FailureReason`, beginning `ClientError: ` or `AlgorithmError: `. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
}

/** `FailureReason` holds 1024 characters. */
export const failureReason = (text: string): string => text.slice(0, 1024);
