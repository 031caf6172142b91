import { AwsError, notImplemented } from '../../kernel/errors.ts';
import { busName } from '../buses.ts';
import { checkName } from '../name.ts';
import { compilePattern } from '../pattern/compile.ts';
import type { EventBridgeOperation } from '../state.ts';

export const createArchive: EventBridgeOperation<'CreateArchive'> = (input, _request, state) => {
  const name = input.ArchiveName ?? '';
  checkName('archiveName', name, 48);
  if (input.KmsKeyIdentifier !== undefined) throw notImplemented('EventBridge: archives with a customer key');
  if (state.archives.find(name))
    throw new AwsError('ResourceAlreadyExistsException', `Archive ${name} already exists.`);
  if ((input.RetentionDays ?? 0) < 0)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${input.RetentionDays}' at 'retentionDays' failed to satisfy constraint: Member must have value greater than or equal to 0`,
    );
  const bus = state.buses.get(busName(input.EventSourceArn));
  if (input.EventPattern) compilePattern(input.EventPattern);
  const createdAt = state.kernel.clock.now();
  const arn = state.kernel.arn('events', `archive/${name}`);
  state.archives.put({
    name,
    arn,
    bus: bus.name,
    busArn: bus.arn,
    description: input.Description,
    pattern: input.EventPattern,
    retentionDays: input.RetentionDays ?? 0,
    createdAt,
  });
  return { ArchiveArn: arn, State: 'ENABLED', CreationTime: new Date(createdAt) };
};
