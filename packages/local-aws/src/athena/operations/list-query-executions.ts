import type { Operation } from '../../kernel/service.ts';
import { type Athena, requireWorkGroup } from '../state.ts';

/** Newest first. */
export const listQueryExecutions: Operation<'athena', 'ListQueryExecutions', Athena> = (
  { WorkGroup = 'primary', MaxResults = 50, NextToken },
  _request,
  athena,
) => {
  const { name } = requireWorkGroup(athena, WorkGroup);
  const ids = athena.queries
    .list()
    .filter(({ value }) => value.workGroup === name)
    .sort((a, b) => b.value.submitted - a.value.submitted)
    .map(({ key }) => key);
  const begin = NextToken === undefined ? 0 : ids.indexOf(NextToken);
  const end = begin + MaxResults;
  return { QueryExecutionIds: ids.slice(begin, end), ...(ids[end] !== undefined && { NextToken: ids[end] }) };
};
