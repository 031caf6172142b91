/**
 * An error that the caller gets in AWS's own words.
 *
 * `code` is AWS's error code (the SDK's exception name); the HTTP status comes from the service's model where the code is
 * modelled, else from `status`. `extra` holds further modelled members of the error.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly extra: Record<string, unknown>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; extra?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.status = options.status;
    this.extra = options.extra ?? {};
  }
}

/** What is not here says so by name; nothing pretends. */
export function notImplemented(what: string): AwsError {
  return new AwsError('NotImplemented', `${what} is not implemented by this endpoint.`, { status: 501 });
}

/** The embedded AWS stops: what was under way is left as it was on record, and taken up at the next start. */
export class Closing extends Error {
  constructor() {
    super('the embedded AWS is closing');
    this.name = 'Closing';
  }
}

/**
 * The state cannot be written any more: the disk is full or broken. What was acknowledged is on disk; whatever was not is
 * taken up at the next start.
 */
export class Unwritable extends Closing {
  constructor(cause: unknown) {
    super();
    this.name = 'Unwritable';
    this.message = `The state cannot be written (${messageOf(cause)}), so nothing is acknowledged any more. What was acknowledged is safe: make room on the disk, then start again.`;
    this.cause = cause;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
