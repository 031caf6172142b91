import type { Operation } from '../../kernel/service.ts';
import { problemsOf } from '../definition/parse-definition.ts';
import type { SfnState } from '../service.ts';

export const validateStateMachineDefinition: Operation<'sfn', 'ValidateStateMachineDefinition', SfnState> = (input) => {
  const problems = problemsOf(input.definition ?? '');
  const limit = input.maxResults || 100;
  return {
    result: problems.length === 0 ? 'OK' : 'FAIL',
    diagnostics: problems.slice(0, limit).map((problem) => ({ severity: 'ERROR' as const, ...problem })),
    truncated: problems.length > limit,
  };
};
