import type { RejectionCode } from '@assay/events';

/** An upload that will never become an image of ours, with the reason and what to do about it. */
export class Rejection extends Error {
  override readonly name: string = 'Rejection';
  readonly code: RejectionCode;

  constructor(code: RejectionCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The decoder died of an image, or was ended over it. It may have been the image before it, or a busy machine. */
export class DecoderDeath extends Rejection {
  override readonly name = 'DecoderDeath';
}
