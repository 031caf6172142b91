import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';

export interface Bus {
  name: string;
  arn: string;
  description?: string;
  deadLetterArn?: string;
  tags: Record<string, string>;
  /** Milliseconds since the epoch. */
  createdAt: number;
  modifiedAt: number;
}

export const DEFAULT_BUS = 'default';

/** The event buses of the account, by name. The default one is always there. */
export class Buses {
  readonly #buses: Collection<Bus>;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#buses = kernel.store.collection<Bus>('eventbridge_buses');
  }

  arn(name: string): string {
    return this.#kernel.arn('events', `event-bus/${name}`);
  }

  find(name: string): Bus | undefined {
    const bus = this.#buses.get(name);
    if (bus || name !== DEFAULT_BUS) return bus;
    return { name, arn: this.arn(name), tags: {}, createdAt: 0, modifiedAt: 0 };
  }

  /** The bus that a caller names, or gives the ARN of; the default one when they don't. @throws ResourceNotFoundException */
  get(nameOrArn: string | undefined): Bus {
    const name = busName(nameOrArn);
    const bus = this.find(name);
    if (!bus) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
    return bus;
  }

  put(bus: Bus): void {
    this.#buses.put(bus.name, bus);
  }

  delete(name: string): void {
    this.#buses.delete(name);
  }

  list(prefix = ''): Bus[] {
    const custom = this.#buses.list({ prefix }).map(({ value }) => value);
    const fallback = DEFAULT_BUS.startsWith(prefix) ? this.find(DEFAULT_BUS) : undefined;
    return fallback ? [fallback, ...custom] : custom;
  }
}

export function busName(nameOrArn: string | undefined): string {
  return nameOrArn?.replace(/^arn:[^:]*:events:[^:]*:[^:]*:event-bus\//, '') || DEFAULT_BUS;
}
