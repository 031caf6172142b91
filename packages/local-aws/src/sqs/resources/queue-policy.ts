import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type ResourceContext, resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({
  PolicyDocument: z.union([z.string(), z.record(z.string(), z.unknown())]),
  /** URLs of the queues. */
  Queues: z.array(z.string()).min(1),
});

type Properties = z.infer<typeof properties>;

async function setPolicy(queues: string[], Policy: string, { kernel, caller }: ResourceContext): Promise<void> {
  for (const QueueUrl of queues)
    await kernel.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } }, caller);
}

const textOf = ({ PolicyDocument: document }: Properties) =>
  typeof document === 'string' ? document : JSON.stringify(document);

export const queuePolicyResource = resourceProvider<Properties>({
  properties,
  async create(properties, context) {
    await setPolicy(properties.Queues, textOf(properties), context);
    const id = context.physicalName();
    return { physicalId: id, attributes: { Id: id } };
  },
  async update(state, next, previous, context) {
    await setPolicy(
      previous.Queues.filter((url) => !next.Queues.includes(url)),
      '',
      context,
    );
    await setPolicy(next.Queues, textOf(next), context);
    return state;
  },
  async delete(_state, properties, context) {
    for (const url of properties.Queues)
      try {
        await setPolicy([url], '', context);
      } catch (error) {
        // The queue may have gone first.
        if (!(error instanceof AwsError && error.code === 'QueueDoesNotExist')) throw error;
      }
  },
});
