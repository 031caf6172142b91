import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { type Athena, requireWorkGroup } from '../state.ts';

export const deleteWorkGroup: Operation<'athena', 'DeleteWorkGroup', Athena> = (
  { WorkGroup, RecursiveDeleteOption = false },
  _request,
  athena,
) => {
  if (WorkGroup === 'primary')
    throw new AwsError('InvalidRequestException', 'The primary workgroup cannot be deleted.');
  const { name } = requireWorkGroup(athena, WorkGroup);
  const queries = athena.queries.list().filter(({ value }) => value.workGroup === name);
  if (queries.length > 0 && !RecursiveDeleteOption)
    throw new AwsError('InvalidRequestException', `WorkGroup ${name} is not empty`);
  for (const { key } of queries) athena.queries.delete(key);
  athena.workGroups.delete(name);
  return {};
};
