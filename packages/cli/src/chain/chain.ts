import { readClaim } from '@assay/events/publisher';
import { createEventLog, type JournalEvent } from '../journal/event-log.ts';
import type { Names } from '../names.ts';
import type { Clients } from '../platform/clients.ts';
import { type ChainState, emptyChain, follow } from './chain-state.ts';

/** The chain as its journal tells of it; `refresh` reads what is new, and tells all anew when an older event came late. */
export function createChain(clients: Pick<Clients, 'logs' | 's3'>, { journal }: Pick<Names, 'journal'>) {
  const log = createEventLog(clients.logs, journal);
  const told: JournalEvent[] = [];
  let state = emptyChain();
  /** False while `state` lacks something of what was told: a refresh has failed. */
  let whole = true;
  return {
    get state(): ChainState {
      return state;
    },
    async refresh(): Promise<ChainState> {
      const news = await log.read();
      const [first] = news;
      const last = told.at(-1);
      told.push(...news);
      const late = first && last && first.metadata.occurredAt < last.metadata.occurredAt;
      if (late) told.sort((a, b) => a.metadata.occurredAt.localeCompare(b.metadata.occurredAt));
      const anew = late || !whole;
      whole = false;
      const next = anew ? emptyChain() : state;
      await follow(next, anew ? told : news, (list, item) => readClaim(clients.s3, list, item));
      state = next;
      whole = true;
      return state;
    },
  };
}

export type Chain = ReturnType<typeof createChain>;
