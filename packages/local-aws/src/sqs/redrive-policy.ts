import { AwsError } from '../kernel/errors.ts';
import { settings } from './queue-attributes.ts';
import type { SqsState } from './state.ts';

/**
 * Checks that a queue may send what it gives up to the dead-letter queue that its redrive policy names.
 * @throws InvalidParameterValue when that isn't there, or its RedriveAllowPolicy doesn't name the queue.
 */
export function checkRedrivePolicy(state: SqsState, attributes: Record<string, string>, queueArn: string): void {
  const text = attributes.RedrivePolicy;
  if (!text) return;
  const refused = (reason: string) =>
    new AwsError('InvalidParameterValue', `Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`);
  const { deadLetterTargetArn } = settings.RedrivePolicy.parse(text);
  const target = state.queues.byArn(deadLetterTargetArn);
  if (!target) throw refused('Dead letter target does not exist.');
  const allowed = target.attributes.RedriveAllowPolicy;
  if (!allowed) return;
  const { redrivePermission, sourceQueueArns = [] } = settings.RedriveAllowPolicy.parse(allowed);
  if (redrivePermission === 'allowAll' || sourceQueueArns.includes(queueArn)) return;
  throw refused(
    `The RedriveAllowPolicy of ${deadLetterTargetArn} does not let ${queueArn} use it as dead-letter queue.`,
  );
}
