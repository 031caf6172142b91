import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import type { SqsState } from './state.ts';

const named = (kernel: Kernel, name: string | undefined) => kernel.arn('sqs', name ?? '');
const queue = ({ QueueUrl }: { QueueUrl?: string | undefined }, kernel: Kernel) =>
  named(kernel, QueueUrl?.slice(QueueUrl.lastIndexOf('/') + 1));
/** A batch is authorised as its single operation. */
const asSingle = (action: string) => (input: { QueueUrl?: string | undefined }, kernel: Kernel) => ({
  action,
  resource: queue(input, kernel),
});

export const sqsAuthorization: ServiceAuthorization<'sqs', SqsState> = {
  prefix: 'sqs',
  permissions: {
    ChangeMessageVisibility: queue,
    ChangeMessageVisibilityBatch: asSingle('sqs:ChangeMessageVisibility'),
    CreateQueue: ({ QueueName }, kernel) => named(kernel, QueueName),
    DeleteMessage: queue,
    DeleteMessageBatch: asSingle('sqs:DeleteMessage'),
    DeleteQueue: queue,
    GetQueueAttributes: queue,
    GetQueueUrl: ({ QueueName }, kernel) => named(kernel, QueueName),
    ListDeadLetterSourceQueues: queue,
    ListMessageMoveTasks: ({ SourceArn = '' }) => SourceArn,
    ListQueueTags: queue,
    ListQueues: () => '*',
    PurgeQueue: queue,
    ReceiveMessage: queue,
    SendMessage: queue,
    SendMessageBatch: asSingle('sqs:SendMessage'),
    SetQueueAttributes: queue,
    StartMessageMoveTask: ({ SourceArn: resource = '', DestinationArn }) =>
      [
        resource,
        { action: 'sqs:ReceiveMessage', resource },
        { action: 'sqs:DeleteMessage', resource },
        { action: 'sqs:GetQueueAttributes', resource },
        DestinationArn === undefined ? [] : { action: 'sqs:SendMessage', resource: DestinationArn },
      ].flat(),
    TagQueue: queue,
    UntagQueue: queue,
  },
  resourcePolicies: (arn, { queues }) => {
    const found = queues.byArn(arn);
    const text = found?.attributes.Policy;
    return found && (text ? [{ name: 'Policy', text }] : []);
  },
};
