import type { Operation } from '../../kernel/service.ts';
import type { SfnState } from '../service.ts';
import { executionOf } from './describe-execution.ts';
import { pageOffset } from './list-executions.ts';

export const getExecutionHistory: Operation<'sfn', 'GetExecutionHistory', SfnState> = (input, _request, state) => {
  const { arn } = executionOf(state, input.executionArn);
  const limit = input.maxResults || 100;
  const offset = pageOffset(input.nextToken);
  const events = state.history.list(arn, {
    reverse: input.reverseOrder ?? false,
    data: input.includeExecutionData ?? true,
    limit,
    offset,
  });
  const more = offset + limit < state.history.count(arn);
  return { events, ...(more && { nextToken: String(offset + limit) }) };
};
