/** A job's end as `Failed`; the message is its `FailureReason`, beginning `ClientError: ` or `AlgorithmError: `. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
}

/** `FailureReason` holds 1024 characters. */
export const failureReason = (text: string): string => text.slice(0, 1024);

/** How a job whose process ended badly says so: in its own words, if it left some. */
export function algorithmError(words: string | undefined, exitCode: number | null): string {
  const tail = `, exit code: ${exitCode}`;
  const told = words?.trim() || 'See job logs for more information';
  return `AlgorithmError: ${told.slice(0, 1024 - 'AlgorithmError: '.length - tail.length)}${tail}`;
}
