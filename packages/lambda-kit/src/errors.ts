/**
 * What is retried, and by whom.
 *
 * | error | event and schedule (asynchronous) | queue | Step Functions task |
 * |---|---|---|---|
 * | `RetryableError` | Lambda tries twice more, then the dead-letter queue | the message comes back after its visibility timeout, `maxReceiveCount` times, then the dead-letter queue | `Retry` on `RetryableError` |
 * | `PermanentError` | the same, in vain: AWS offers no shorter way to the dead-letter queue | the same | `Catch` on `PermanentError` |
 * | anything else | as retryable: what is not known to be hopeless is tried again | the same | `States.ALL` |
 */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  readonly retryable = true;
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Trying again can't help: the input is wrong, or somebody has to change something first. The message says what. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly retryable = false;
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whatever was thrown, as an error: a log keeps the name, message and stack of errors only. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** True when the error itself says that trying again is in vain. Other packages' errors say it the same way. */
export function isPermanent(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === false;
}

/** The error's code for logs and metrics; its name when it has none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
