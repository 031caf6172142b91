/** Errors that the operations here declare; the client can't read one that its operation doesn't declare. */
export type IpcErrorCode = 'UnauthorizedError' | 'ResourceNotFoundError' | 'ServiceError';

/** An error that the component gets as a modelled one: `aws.greengrass#<code>`. */
export class IpcError extends Error {
  readonly code: IpcErrorCode;

  constructor(code: IpcErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = code;
    this.code = code;
  }
}
