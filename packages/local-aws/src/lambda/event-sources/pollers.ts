import type { Kernel } from '../../kernel/kernel.ts';
import type { EnvironmentPool } from '../environment-pool.ts';
import type { Functions } from '../functions.ts';
import type { Mapping, Mappings } from './mappings.ts';
import { Poller } from './poller.ts';

/** A poller for each enabled mapping. */
export class Pollers {
  readonly #kernel: Kernel;
  readonly #functions: Functions;
  readonly #pool: EnvironmentPool;
  readonly #running = new Map<string, Poller>();

  constructor(kernel: Kernel, functions: Functions, pool: EnvironmentPool) {
    this.#kernel = kernel;
    this.#functions = functions;
    this.#pool = pool;
  }

  /** Takes up all mappings, after a start. */
  startAll(mappings: Mappings): void {
    for (const { value } of mappings.list()) this.apply(value);
  }

  /** Makes polling what the mapping says now. */
  apply(mapping: Mapping): void {
    const running = this.#running.get(mapping.uuid);
    if (!mapping.enabled) this.stop(mapping.uuid);
    // Changed, not stopped and started: a poller that stops may have a message in hand, which then counts as received.
    else if (running) running.change(mapping);
    else {
      const poller = new Poller(this.#kernel, this.#functions, this.#pool, mapping);
      this.#running.set(mapping.uuid, poller);
      void poller.run();
    }
  }

  stop(uuid: string): void {
    this.#running.get(uuid)?.stop();
    this.#running.delete(uuid);
  }

  stopAll(): void {
    for (const uuid of [...this.#running.keys()]) this.stop(uuid);
  }
}
