/** What can be wrong with an event or a claim. None of it goes away by trying again, except where `retryable` says so. */
export type EventErrorCode =
  | 'wrong-source' // the event was said by somebody who does not own it
  | 'wrong-type' // another event than the one that was asked for
  | 'invalid-event' // it does not fit its schema
  | 'not-the-owner' // a service tried to say another's event
  | 'entry-too-large' // it does not fit an EventBridge entry, even after its lists were moved to S3
  | 'no-claim-bucket' // a list is too long to travel, and the publisher has nowhere to leave it
  | 'publish-failed' // EventBridge took some or none of the entries
  | 'invalid-uri' // not an s3:// URI
  | 'claim-unreadable' // the manifest could not be fetched
  | 'claim-damaged'; // the manifest is not what the event promised

export class EventError extends Error {
  override readonly name = 'EventError';
  readonly code: EventErrorCode;
  readonly retryable: boolean;

  constructor(code: EventErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
