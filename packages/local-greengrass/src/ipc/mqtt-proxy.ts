import { z } from 'zod';
import { authorize } from './access-control.ts';
import { IpcError } from './errors.ts';
import { type IpcOperations, unary } from './operation.ts';

const requestSchema = z.object({
  topicName: z.string().min(1),
  qos: z.enum(['0', '1']).default('0'),
  payload: z.base64().default(''),
});

/**
 * `PublishToIoTCore`. Answers when the broker has acknowledged the message, so that a component that gets no error knows
 * it delivered; without a connection it fails, and the component keeps what it wanted to say.
 */
export function mqttProxyOperations(
  publish: (topic: string, payload: Buffer, quality: 0 | 1) => Promise<void>,
): IpcOperations {
  return {
    PublishToIoTCore: unary(requestSchema, async ({ topicName, qos, payload }, caller) => {
      authorize(caller, 'aws.greengrass.ipc.mqttproxy', 'PublishToIoTCore', topicName, 'mqtt');
      try {
        await publish(topicName, Buffer.from(payload, 'base64'), qos === '1' ? 1 : 0);
      } catch (error) {
        throw new IpcError('ServiceError', `publishing to ${topicName} failed: ${String(error)}`, error);
      }
      return {};
    }),
  };
}
