import { StateError } from './failure.ts';

/** The longest payload between states, in bytes ("Service quotas"). */
export const LONGEST_PAYLOAD = 262_144;

/** Refuses a payload, as JSON text, that is too long to travel; `States.ALL` doesn't catch that. */
export function checkPayload(text: string, name: string, what: 'returned a result' | 'was given an input'): void {
  if (Buffer.byteLength(text) > LONGEST_PAYLOAD)
    throw new StateError(
      'States.DataLimitExceeded',
      `The state/task '${name}' ${what} with a size exceeding the maximum number of bytes service limit. Hand over a location in S3 instead.`,
    );
}
