import { AwsError, notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import type { SfnState } from '../service.ts';

export const listExecutions: Operation<'sfn', 'ListExecutions', SfnState> = (input, _request, state) => {
  if (input.mapRunArn !== undefined) throw notImplemented('listing the executions of a map run');
  const { arn } = state.machines.get(input.stateMachineArn ?? '');
  const limit = input.maxResults || 100;
  const offset = pageOffset(input.nextToken);
  const executions = state.executions.list(arn, input.statusFilter, limit + 1, offset);
  return {
    executions: executions.slice(0, limit).map((execution) => ({
      executionArn: execution.arn,
      stateMachineArn: arn,
      name: execution.name,
      status: execution.status,
      startDate: new Date(execution.startDate),
      ...(execution.stopDate !== undefined && { stopDate: new Date(execution.stopDate) }),
      redriveCount: 0,
    })),
    ...(executions.length > limit && { nextToken: String(offset + limit) }),
  };
};

export function pageOffset(token: string | undefined): number {
  if (token === undefined) return 0;
  if (!/^\d+$/.test(token)) throw new AwsError('InvalidToken', `Invalid Token: '${token}'`);
  return Number(token);
}
