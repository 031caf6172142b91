import { z } from 'zod';
import { authorize } from './access-control.ts';
import { type Emit, type IpcOperations, streaming, unary } from './operation.ts';

const SERVICE = 'aws.greengrass.ipc.pubsub';

const messageSchema = z.union([
  z.object({ jsonMessage: z.object({ message: z.record(z.string(), z.unknown()) }) }),
  z.object({ binaryMessage: z.object({ message: z.base64() }) }),
]);
const publishSchema = z.object({ topic: z.string().min(1), publishMessage: messageSchema });
const subscribeSchema = z.object({
  topic: z.string().min(1),
  receiveMode: z.enum(['RECEIVE_ALL_MESSAGES', 'RECEIVE_MESSAGES_FROM_OTHERS']).optional(),
});

/** `PublishToTopic` and `SubscribeToTopic`: messages between the components of a device, not kept for anyone. */
export function localTopicOperations(): IpcOperations {
  const subscribers = new Map<string, Set<{ component: string; all: boolean; emit: Emit }>>();
  return {
    PublishToTopic: unary(publishSchema, async ({ topic, publishMessage }, caller) => {
      authorize(caller, SERVICE, 'PublishToTopic', topic, 'glob');
      const withContext = Object.fromEntries(
        Object.entries(publishMessage).map(([kind, value]) => [kind, { ...value, context: { topic } }]),
      );
      for (const { component, all, emit } of subscribers.get(topic) ?? [])
        if (all || component !== caller.component) emit('SubscriptionResponseMessage', withContext);
      return {};
    }),
    SubscribeToTopic: streaming(subscribeSchema, ({ topic, receiveMode }, caller, emit) => {
      authorize(caller, SERVICE, 'SubscribeToTopic', topic, 'glob');
      const own = subscribers.get(topic) ?? new Set();
      subscribers.set(topic, own);
      const all = receiveMode !== 'RECEIVE_MESSAGES_FROM_OTHERS';
      const subscriber = { component: caller.component, all, emit };
      own.add(subscriber);
      return {
        response: { topicName: topic },
        close() {
          own.delete(subscriber);
          if (own.size === 0) subscribers.delete(topic);
        },
      };
    }),
  };
}
