import { AwsError, notImplemented } from '../../kernel/errors.ts';
import { DEFAULT_BUS } from '../buses.ts';
import { checkName } from '../name.ts';
import type { EventBridgeOperation } from '../state.ts';

export const createEventBus: EventBridgeOperation<'CreateEventBus'> = (input, _request, state) => {
  const name = input.Name ?? '';
  if (input.EventSourceName !== undefined) throw notImplemented('EventBridge: partner event buses');
  if (input.KmsKeyIdentifier !== undefined) throw notImplemented('EventBridge: event buses with a customer key');
  checkName('name', name, 256);
  if (name === DEFAULT_BUS || state.buses.find(name))
    throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
  const now = state.kernel.clock.now();
  const arn = state.buses.arn(name);
  const tags = Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const { Description: description, DeadLetterConfig } = input;
  state.buses.put({
    name,
    arn,
    description,
    deadLetterArn: DeadLetterConfig?.Arn,
    tags,
    createdAt: now,
    modifiedAt: now,
  });
  return { EventBusArn: arn, Description: description, DeadLetterConfig };
};
