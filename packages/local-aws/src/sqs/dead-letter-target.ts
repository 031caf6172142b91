import { parseRedriveAllowPolicy, parseRedrivePolicy, refusedPolicy } from './redrive-policy.ts';
import type { SqsState } from './state.ts';

/**
 * Checks that a queue may send what it gives up to the dead-letter queue that its redrive policy names.
 * @throws InvalidParameterValue when that isn't there, or its RedriveAllowPolicy doesn't name the queue.
 */
export function checkDeadLetterTarget(state: SqsState, attributes: Record<string, string>, queueArn: string): void {
  const text = attributes.RedrivePolicy;
  if (!text) return;
  const { deadLetterTargetArn } = parseRedrivePolicy(text);
  const target = state.queues.byArn(deadLetterTargetArn);
  if (!target) throw refusedPolicy(text, 'Dead letter target does not exist.');
  const allowed = target.attributes.RedriveAllowPolicy;
  if (!allowed) return;
  const { redrivePermission, sourceQueueArns } = parseRedriveAllowPolicy(allowed);
  if (redrivePermission === 'allowAll' || sourceQueueArns.includes(queueArn)) return;
  throw refusedPolicy(
    text,
    `The RedriveAllowPolicy of ${deadLetterTargetArn} does not let ${queueArn} use it as dead-letter queue.`,
  );
}
