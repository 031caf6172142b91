import type { ReplayState } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Outcome } from '../kernel/outbox.ts';
import type { Collection } from '../kernel/store.ts';
import type { ArchivedEvent, ArchiveSpan, Archives } from './archives.ts';
import type { Deliveries } from './delivery.ts';
import { eventFields } from './pattern/event-fields.ts';
import type { Rules } from './rules.ts';

export interface Replay extends ArchiveSpan {
  name: string;
  arn: string;
  description?: string;
  archive: string;
  archiveArn: string;
  bus: string;
  busArn: string;
  /** The rules that hear it; all when absent. */
  filterArns?: string[];
  state: ReplayState;
  stateReason?: string;
  /** Milliseconds since the epoch, as all times here. */
  startedAt: number;
  endedAt?: number;
  /** The time of the event that was replayed last. */
  lastReplayed?: number;
}

const ACTIVE = new Set<ReplayState>(['STARTING', 'RUNNING', 'CANCELLING']);
/** "Replays are deleted from your account 90 days after they end", and their names with them. */
const KEPT = 90 * 86_400_000;
/** Events of one turn: others get theirs between two of them. */
const PAGE = 100;

const KIND = 'eventbridge:replay';

/**
 * Replays, and who runs them: page by page along the archive, by the time of the events. A page is queued for its targets
 * in one transaction with the replay's progress, so that a restart goes on where it was; like all deliveries they arrive
 * at least once, and in no order.
 */
export class Replays {
  readonly #replays: Collection<Replay>;
  readonly #kernel: Kernel;
  readonly #bus: { archives: Archives; rules: Rules; deliveries: Deliveries };

  constructor(kernel: Kernel, bus: { archives: Archives; rules: Rules; deliveries: Deliveries }) {
    this.#kernel = kernel;
    this.#bus = bus;
    this.#replays = kernel.store.collection<Replay>('eventbridge_replays');
    kernel.outbox.handle<string>(KIND, (name) => kernel.store.atomic(() => this.#step(name)), { concurrency: 1 });
  }

  find(name: string): Replay | undefined {
    const replay = this.#replays.get(name);
    return replay && this.#isKept(replay) ? replay : undefined;
  }

  /** @throws ResourceNotFoundException */
  get(name: string | undefined): Replay {
    const replay = this.find(name ?? '');
    if (!replay) throw new AwsError('ResourceNotFoundException', `Replay ${name} does not exist.`);
    return replay;
  }

  list(prefix = ''): Replay[] {
    return this.#replays
      .list({ prefix })
      .map(({ value }) => value)
      .filter((replay) => this.#isKept(replay));
  }

  active(): number {
    return this.list().filter(({ state }) => ACTIVE.has(state)).length;
  }

  start(replay: Replay): void {
    this.#replays.put(replay.name, replay);
    this.#kernel.outbox.add(KIND, replay.name, { id: `${KIND}:${replay.name}` });
  }

  /** The next turn ends it. @throws IllegalStatusException when it ends already */
  cancel(replay: Replay): Replay {
    if (replay.state !== 'STARTING' && replay.state !== 'RUNNING')
      throw new AwsError('IllegalStatusException', `Replay ${replay.name} is not in a valid state for this operation.`);
    const cancelling: Replay = { ...replay, state: 'CANCELLING' };
    this.#replays.put(replay.name, cancelling);
    return cancelling;
  }

  #isKept({ endedAt }: Replay): boolean {
    return endedAt === undefined || this.#kernel.clock.now() - endedAt < KEPT;
  }

  #step(name: string): Outcome<string> {
    const replay = this.#replays.get(name);
    if (!replay || !ACTIVE.has(replay.state)) return;
    if (replay.state === 'CANCELLING') return this.#end(replay, { state: 'CANCELLED' });
    const archive = this.#bus.archives.find(replay.archive);
    if (!archive)
      return this.#end(replay, { state: 'FAILED', stateReason: `Archive ${replay.archive} does not exist.` });
    const events = this.#bus.archives.page(archive, replay, PAGE);
    const last = events.at(-1);
    if (!last) return this.#end(replay, { state: 'COMPLETED' });
    for (const event of events) this.#send(replay, event);
    this.#replays.put(name, {
      ...replay,
      state: 'RUNNING',
      after: { time: last.time, seq: last.seq },
      lastReplayed: last.time,
    });
    return { again: this.#kernel.clock.now() };
  }

  #send({ name, bus, filterArns }: Replay, { event }: ArchivedEvent): void {
    const replayed = { ...event, 'replay-name': name };
    for (const rule of this.#bus.rules.matching(bus, event.source, eventFields(replayed)))
      if (!filterArns || filterArns.includes(rule.arn)) this.#bus.deliveries.queue(rule, replayed);
  }

  #end(replay: Replay, outcome: Pick<Replay, 'state' | 'stateReason'>): void {
    this.#replays.put(replay.name, { ...replay, ...outcome, endedAt: this.#kernel.clock.now() });
  }
}
