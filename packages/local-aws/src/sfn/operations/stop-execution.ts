import type { Operation } from '../../kernel/service.ts';
import type { SfnState } from '../service.ts';
import { executionOf } from './describe-execution.ts';

export const stopExecution: Operation<'sfn', 'StopExecution', SfnState> = (input, _request, state) => {
  const execution = executionOf(state, input.executionArn);
  if (execution.status === 'RUNNING')
    state.kernel.store.atomic(() =>
      state.interpreter.stop(execution, 'ABORTED', { error: input.error, cause: input.cause }),
    );
  return { stopDate: new Date(state.executions.get(execution.arn)?.stopDate ?? state.kernel.clock.now()) };
};
