import { setTimeout as delay } from 'node:timers/promises';
import type { Chain } from '../chain/chain.ts';
import type { ChainState } from '../chain/chain-state.ts';
import { CliError } from '../cli-error.ts';
import { duration, type Terminal } from '../output/terminal.ts';

const LOOK_EVERY = 400;

/** Waits until the chain has come to a point, showing how far it is. Throws when it takes longer than `limit` milliseconds. */
export async function until<T>(
  { chain, terminal }: { chain: Chain; terminal: Terminal },
  what: string,
  limit: number,
  reached: (state: ChainState) => T | undefined | Promise<T | undefined>,
  progress: (state: ChainState) => string = () => '',
): Promise<T> {
  const begun = Date.now();
  for (;;) {
    const state = await chain.refresh();
    const result = await reached(state);
    if (result !== undefined) return result;
    const spent = Date.now() - begun;
    if (spent > limit)
      throw new CliError(
        `Waited ${duration(spent)} for ${what}, in vain (${progress(state)}).`,
        'See "npm run assay status", and the functions\' logs: aws logs tail /aws/lambda/<function>.',
      );
    terminal.progress(`${what}: ${progress(state)}`);
    await delay(LOOK_EVERY);
  }
}
