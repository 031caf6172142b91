/** Errors that the nucleus's operations declare. */
export type IpcErrorCode = 'UnauthorizedError' | 'ResourceNotFoundError' | 'InvalidArgumentsError' | 'ServiceError';

/** An error that the component gets as a modelled one: `aws.greengrass#<code>`. */
export class IpcError extends Error {
  readonly code: IpcErrorCode;

  constructor(code: IpcErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = code;
    this.code = code;
  }
}
