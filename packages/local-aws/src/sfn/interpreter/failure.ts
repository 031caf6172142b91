import type { AwsError } from '../../kernel/errors.ts';

/** An error inside an execution: what `Retry` and `Catch` match, and what the execution fails with. */
export interface Failure {
  error: string;
  cause: string;
}

/** Thrown while a state runs. */
export class StateError extends Error {
  readonly failure: Failure;
  /** The field whose expression failed (`Arguments/Payload`), for the history's `EvaluationFailed`. */
  readonly location: string | undefined;

  constructor(error: string, cause: string, location?: string) {
    super(`${error}: ${cause}`);
    this.name = 'StateError';
    this.failure = { error, cause };
    this.location = location;
  }
}

/** Not caught by `States.ALL` ("Error handling in Step Functions workflows"). */
const BEYOND_ALL = new Set(['States.DataLimitExceeded', 'States.Runtime']);

/** Whether a retrier's or catcher's `ErrorEquals` covers an error. */
export function matches(errorEquals: string[], error: string): boolean {
  return errorEquals.some((name) => {
    if (name === error) return true;
    if (name === 'States.ALL') return !BEYOND_ALL.has(error);
    if (name === 'States.TaskFailed') return error !== 'States.Timeout' && !BEYOND_ALL.has(error);
    return name === 'States.Timeout' && error === 'States.HeartbeatTimeout';
  });
}

/** An API's error as a task's: `S3.NoSuchKeyException`. */
export function apiFailure(prefix: string, error: AwsError): StateError {
  const name = /(Exception|Error)$/.test(error.code) ? error.code : `${error.code}Exception`;
  return new StateError(
    `${prefix}.${name}`,
    `${error.message} (Service: ${prefix}, Status Code: ${error.status ?? 400})`,
  );
}
