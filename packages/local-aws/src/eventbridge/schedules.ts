import { randomUUID } from 'node:crypto';
import type { Kernel } from '../kernel/kernel.ts';
import type { Outcome } from '../kernel/outbox.ts';
import type { Deliveries } from './delivery.ts';
import { eventTime } from './event.ts';
import type { Rule, Rules } from './rules.ts';
import { parseSchedule } from './schedule-expression.ts';

interface Tick {
  bus: string;
  rule: string;
  /** The rule's expression when the tick was planned. */
  expression: string;
  due: number;
}

const KIND = 'eventbridge:schedule';

/** Fires scheduled rules, over restarts too: what fell due meanwhile fires once. */
export class Schedules {
  readonly #kernel: Kernel;
  readonly #rules: Rules;
  readonly #deliveries: Deliveries;

  constructor(kernel: Kernel, rules: Rules, deliveries: Deliveries) {
    this.#kernel = kernel;
    this.#rules = rules;
    this.#deliveries = deliveries;
    kernel.outbox.handle<Tick>(KIND, (tick) => this.#fire(tick));
  }

  /** Plans the next firing of a rule, or none when it is disabled or has no schedule. */
  plan(rule: Rule): void {
    const id = taskId(rule);
    const due =
      rule.enabled && rule.schedule ? parseSchedule(rule.schedule)?.next(this.#kernel.clock.now()) : undefined;
    if (due === undefined || !rule.schedule) this.#kernel.outbox.cancel(id);
    else {
      const tick: Tick = { bus: rule.bus, rule: rule.name, expression: rule.schedule, due };
      this.#kernel.outbox.add(KIND, tick, { at: due, id });
    }
  }

  cancel(rule: Rule): void {
    this.#kernel.outbox.cancel(taskId(rule));
  }

  #fire(tick: Tick): Outcome<Tick> {
    const rule = this.#rules.find(tick.bus, tick.rule);
    if (!rule?.enabled || rule.schedule !== tick.expression) return;
    this.#deliveries.queue(rule, {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: this.#kernel.account,
      time: eventTime(tick.due),
      region: this.#kernel.region,
      resources: [rule.arn],
      detail: {},
    });
    const schedule = parseSchedule(tick.expression);
    const now = this.#kernel.clock.now();
    // From the due time, so that a rate doesn't drift; from now, when more than one was missed.
    let due = schedule?.next(tick.due);
    if (due !== undefined && due <= now) due = schedule?.next(now);
    if (due !== undefined) return { again: due, payload: { ...tick, due } };
  }
}

const taskId = (rule: Rule): string => `eventbridge:schedule:${rule.bus}|${rule.name}`;
