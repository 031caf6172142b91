import { z } from 'zod';
import type { Supervisor } from '../component/supervisor.ts';
import { IpcError } from './errors.ts';
import { type IpcOperations, unary } from './operation.ts';

/** `UpdateState`: a component says that it is up, or that it isn't well. Needs no access control. */
export function stateOperations(supervisor: () => Supervisor): IpcOperations {
  return {
    UpdateState: unary(z.object({ state: z.enum(['RUNNING', 'ERRORED']) }), async ({ state }, { component }) => {
      const found = supervisor().components.get(component);
      if (!found) throw new IpcError('ResourceNotFoundError', `${component} is not installed any more`);
      found.report(state);
      return {};
    }),
  };
}
