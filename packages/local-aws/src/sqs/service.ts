import { defineService } from '../kernel/service.ts';
import { changeMessageVisibility, changeMessageVisibilityBatch } from './operations/change-message-visibility.ts';
import { createQueue } from './operations/create-queue.ts';
import { deleteMessage, deleteMessageBatch } from './operations/delete-message.ts';
import { deleteQueue } from './operations/delete-queue.ts';
import { getQueueAttributes } from './operations/get-queue-attributes.ts';
import { getQueueUrl } from './operations/get-queue-url.ts';
import { listDeadLetterSourceQueues } from './operations/list-dead-letter-source-queues.ts';
import { listQueues } from './operations/list-queues.ts';
import { listMessageMoveTasks, startMessageMoveTask } from './operations/message-move-tasks.ts';
import { purgeQueue } from './operations/purge-queue.ts';
import { listQueueTags, tagQueue, untagQueue } from './operations/queue-tags.ts';
import { receiveMessage } from './operations/receive-message.ts';
import { sendMessage } from './operations/send-message.ts';
import { sendMessageBatch } from './operations/send-message-batch.ts';
import { setQueueAttributes } from './operations/set-queue-attributes.ts';
import { sqsAuthorization } from './permissions.ts';
import { queueResource } from './resources/queue.ts';
import { queuePolicyResource } from './resources/queue-policy.ts';
import { createState, type SqsState } from './state.ts';

export const sqsService = defineService<'sqs', SqsState>({
  name: 'sqs',
  signingName: 'sqs',
  load: () => import('@aws-sdk/client-sqs'),
  create: createState,
  close: (state) => state.arrivals.close(),
  authorization: sqsAuthorization,
  operations: {
    ChangeMessageVisibility: changeMessageVisibility,
    ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
    CreateQueue: createQueue,
    DeleteMessage: deleteMessage,
    DeleteMessageBatch: deleteMessageBatch,
    DeleteQueue: deleteQueue,
    GetQueueAttributes: getQueueAttributes,
    GetQueueUrl: getQueueUrl,
    ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
    ListMessageMoveTasks: listMessageMoveTasks,
    ListQueueTags: listQueueTags,
    ListQueues: listQueues,
    PurgeQueue: purgeQueue,
    ReceiveMessage: receiveMessage,
    SendMessage: sendMessage,
    SendMessageBatch: sendMessageBatch,
    SetQueueAttributes: setQueueAttributes,
    StartMessageMoveTask: startMessageMoveTask,
    TagQueue: tagQueue,
    UntagQueue: untagQueue,
  },
  resources: {
    'AWS::SQS::Queue': queueResource,
    'AWS::SQS::QueuePolicy': queuePolicyResource,
  },
});
