import { AwsError } from '../kernel/errors.ts';
import { settings } from './queue-attributes.ts';
import type { SqsState } from './state.ts';

/** @throws InvalidParameterValue when the dead-letter queue isn't there. */
export function checkRedrivePolicy(state: SqsState, attributes: Record<string, string>): void {
  const text = attributes.RedrivePolicy;
  if (!text || state.queues.byArn(settings.RedrivePolicy.parse(text).deadLetterTargetArn)) return;
  throw new AwsError(
    'InvalidParameterValue',
    `Value ${text} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
  );
}
