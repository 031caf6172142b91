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

/**
 * Whether a retrier's or catcher's `ErrorEquals` covers an error ("Error handling in Step Functions workflows"). Nothing
 * covers `States.Runtime`, which always fails the execution; `States.DataLimitExceeded` only its own name.
 */
export function matches(errorEquals: string[], error: string): boolean {
  if (error === 'States.Runtime') return false;
  const terminal = error === 'States.DataLimitExceeded';
  return errorEquals.some((name) => {
    if (name === error) return true;
    if (name === 'States.ALL') return !terminal;
    if (name === 'States.TaskFailed') return !terminal && error !== 'States.Timeout';
    return name === 'States.Timeout' && error === 'States.HeartbeatTimeout';
  });
}

/** A failure as events and answers tell it: what is empty is left out. */
export function told({ error, cause }: Partial<Failure>): Partial<Failure> {
  return { ...(error && { error }), ...(cause && { cause }) };
}

/** An API's error as a task's: `S3.NoSuchKeyException`. */
export function apiFailure(prefix: string, error: AwsError): StateError {
  const name = /(Exception|Error)$/.test(error.code) ? error.code : `${error.code}Exception`;
  return new StateError(
    `${prefix}.${name}`,
    `${error.message} (Service: ${prefix}, Status Code: ${error.status ?? 400})`,
  );
}
