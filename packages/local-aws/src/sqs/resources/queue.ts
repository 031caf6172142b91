import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type ResourceContext, type ResourceState, resourceProvider } from '../../kernel/resource-provider.ts';
import { settings } from '../queue-attributes.ts';

const seconds = z.coerce.number().int();
const document = z.union([z.string(), z.record(z.string(), z.unknown())]);

const properties = z.strictObject({
  QueueName: z.string().optional(),
  DelaySeconds: seconds.optional(),
  MaximumMessageSize: seconds.optional(),
  MessageRetentionPeriod: seconds.optional(),
  ReceiveMessageWaitTimeSeconds: seconds.optional(),
  VisibilityTimeout: seconds.optional(),
  RedrivePolicy: document.optional(),
  RedriveAllowPolicy: document.optional(),
  SqsManagedSseEnabled: z.union([z.boolean(), z.stringbool()]).optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});

type Properties = z.infer<typeof properties>;

/** Attributes as the API takes them: strings, documents as JSON. */
function attributesOf({ QueueName: _, Tags: __, ...settings }: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );
}

const tagsOf = ({ Tags = [] }: Properties) => Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));

/** What an attribute goes back to when a template no longer sets it; an empty policy is none. */
const initialOf = (name: string): string =>
  Object.entries(settings).find(([setting]) => setting === name)?.[1].initial ?? '';

export const queueResource = resourceProvider<Properties>({
  properties,
  async create(properties, context) {
    const { kernel, caller } = context;
    const QueueName = properties.QueueName ?? context.physicalName(80);
    const exists = await kernel
      .call('sqs', 'GetQueueUrl', { QueueName }, caller)
      .then(() => true)
      .catch((error) => {
        if (error instanceof AwsError && error.code === 'QueueDoesNotExist') return false;
        throw error;
      });
    if (exists)
      throw new AwsError(
        'AlreadyExistsException',
        `Resource of type 'AWS::SQS::Queue' with identifier '${QueueName}' already exists.`,
      );
    await kernel.call(
      'sqs',
      'CreateQueue',
      { QueueName, Attributes: attributesOf(properties), tags: tagsOf(properties) },
      caller,
    );
    return stateOf(QueueName, context);
  },
  async update(state, next, previous, { kernel, caller }) {
    const QueueUrl = state.physicalId;
    const attributes = attributesOf(next);
    for (const name of Object.keys(attributesOf(previous))) attributes[name] ??= initialOf(name);
    await kernel.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: attributes }, caller);
    const kept = tagsOf(next);
    const TagKeys = Object.keys(tagsOf(previous)).filter((name) => !(name in kept));
    if (TagKeys.length > 0) await kernel.call('sqs', 'UntagQueue', { QueueUrl, TagKeys }, caller);
    if (Object.keys(kept).length > 0) await kernel.call('sqs', 'TagQueue', { QueueUrl, Tags: kept }, caller);
    return state;
  },
  replaces: (next, previous) => next.QueueName !== previous.QueueName,
  async delete(state, _properties, { kernel, caller }) {
    try {
      await kernel.call('sqs', 'DeleteQueue', { QueueUrl: state.physicalId }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'QueueDoesNotExist')) throw error;
    }
  },
});

function stateOf(name: string, { kernel }: ResourceContext): ResourceState {
  const url = `${kernel.endpoint}/${kernel.account}/${name}`;
  return { physicalId: url, attributes: { Arn: kernel.arn('sqs', name), QueueName: name, QueueUrl: url } };
}
