import type { RejectionCode } from '@assay/events';

/** An upload that will never become an image of ours, with the reason and what to do about it. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly code: RejectionCode;

  constructor(code: RejectionCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
