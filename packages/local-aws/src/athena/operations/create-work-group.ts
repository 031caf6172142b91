import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import type { Athena } from '../state.ts';

export const createWorkGroup: Operation<'athena', 'CreateWorkGroup', Athena> = (
  { Name = '', Description, Configuration },
  _request,
  { workGroups, kernel },
) => {
  if (!/^[a-zA-Z0-9._-]{1,128}$/.test(Name))
    throw new AwsError('InvalidRequestException', `WorkGroup name ${Name} must match [a-zA-Z0-9._-]{1,128}`);
  if (workGroups.get(Name)) throw new AwsError('InvalidRequestException', `WorkGroup ${Name} already exists`);
  workGroups.put(Name, {
    name: Name,
    ...(Description !== undefined && { description: Description }),
    state: 'ENABLED',
    configuration: { EnforceWorkGroupConfiguration: true, ...Configuration },
    created: kernel.clock.now(),
  });
  return {};
};
