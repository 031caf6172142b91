import { readClaim } from '@assay/events/publisher';
import { createEventLog } from '../journal/event-log.ts';
import type { Names } from '../names.ts';
import type { Clients } from '../platform/clients.ts';
import { type ChainState, emptyChain, follow } from './chain-state.ts';

/** The chain as its journal tells of it; `refresh` reads what is new. */
export function createChain(clients: Pick<Clients, 'logs' | 's3'>, { journal }: Names) {
  const log = createEventLog(clients.logs, journal);
  const state = emptyChain();
  return {
    state,
    async refresh(): Promise<ChainState> {
      await follow(state, await log.read(), (list, item) => readClaim(clients.s3, list, item));
      return state;
    },
  };
}

export type Chain = ReturnType<typeof createChain>;
