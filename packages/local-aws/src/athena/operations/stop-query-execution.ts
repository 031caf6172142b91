import type { Operation } from '../../kernel/service.ts';
import { type Athena, requireQuery } from '../state.ts';

/** A query that has ended stays as it is. */
export const stopQueryExecution: Operation<'athena', 'StopQueryExecution', Athena> = (
  { QueryExecutionId },
  _request,
  athena,
) => {
  const found = requireQuery(athena, QueryExecutionId);
  if (found.state !== 'QUEUED' && found.state !== 'RUNNING') return {};
  const error = { category: 2 as const, message: 'Query cancelled by user' };
  athena.queries.put(found.id, { ...found, state: 'CANCELLED', error, completed: athena.kernel.clock.now() });
  athena.running.get(found.id)?.();
  return {};
};
