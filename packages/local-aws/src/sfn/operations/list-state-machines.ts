import type { Operation } from '../../kernel/service.ts';
import type { SfnState } from '../service.ts';

export const listStateMachines: Operation<'sfn', 'ListStateMachines', SfnState> = (input, _request, state) => {
  const limit = input.maxResults || 100;
  const machines = state.machines.list(input.nextToken, limit + 1);
  const page = machines.slice(0, limit);
  return {
    stateMachines: page.map(({ arn, name, creationDate }) => ({
      stateMachineArn: arn,
      name,
      type: 'STANDARD' as const,
      creationDate: new Date(creationDate),
    })),
    ...(machines.length > limit && { nextToken: page.at(-1)?.arn }),
  };
};
