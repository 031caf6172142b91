import { numberOf } from './queues.ts';
import type { SqsState } from './state.ts';

/** "Available CloudWatch metrics for Amazon SQS", those that tell of a queue that is not worked off. */
export function defineMetrics({ kernel, queues, messages }: SqsState): void {
  const level = (name: string, read: (queue: string, now: number) => number) =>
    kernel.metrics.gauge({ namespace: 'AWS/SQS', name }, ({ QueueName = '' }) => {
      const queue = queues.find(QueueName);
      if (!queue) return undefined;
      const now = kernel.clock.now();
      messages.expire(queue.name, now - numberOf(queue, 'MessageRetentionPeriod') * 1000);
      return read(queue.name, now);
    });
  level('ApproximateNumberOfMessagesVisible', (queue, now) => messages.counts(queue, now).visible);
  // Seconds.
  level('ApproximateAgeOfOldestMessage', (queue, now) =>
    Math.floor((now - (messages.oldestSentAt(queue) ?? now)) / 1000),
  );
}
