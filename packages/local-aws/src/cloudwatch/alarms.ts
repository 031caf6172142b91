import type { Kernel } from '../kernel/kernel.ts';
import { MINUTE } from '../kernel/metrics.ts';
import type { Outcome } from '../kernel/outbox.ts';
import type { Collection } from '../kernel/store.ts';
import type { Alarm, AlarmState, StateValue } from './alarm.ts';
import { type Datapoint, EXTRA_PERIODS, evaluate, reasonOf } from './evaluation.ts';
import { awsTime, stateChangeEvent } from './state-change-event.ts';

const KIND = 'cloudwatch:evaluate';
const taskId = (name: string) => `${KIND}:${name}`;

/** The alarms of the account, each evaluated once a minute. What an evaluation costs depends on the alarm alone. */
export class Alarms {
  readonly #alarms: Collection<Alarm>;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#alarms = kernel.store.collection<Alarm>('cloudwatch_alarms');
    kernel.outbox.handle<string>(KIND, (name) => this.#evaluate(name));
  }

  find(name: string): Alarm | undefined {
    return this.#alarms.get(name);
  }

  list(options: { prefix?: string; after?: string; limit?: number }): Alarm[] {
    return this.#alarms.list(options).map(({ value }) => value);
  }

  put(alarm: Alarm): void {
    this.#alarms.put(alarm.name, alarm);
    this.#kernel.outbox.add(KIND, alarm.name, { at: this.#nextMinute(), id: taskId(alarm.name) });
  }

  delete(name: string): void {
    this.#alarms.delete(name);
    this.#kernel.outbox.cancel(taskId(name));
  }

  /** Sets an alarm's state; a change of its value is told on the default bus. */
  setState(alarm: Alarm, state: AlarmState): void {
    const previous = alarm.state;
    const changed = state.value !== previous.value;
    const next: Alarm = { ...alarm, state, transitionedAt: changed ? state.at : alarm.transitionedAt };
    this.#alarms.put(next.name, next);
    if (!changed) return;
    this.#kernel.emitEvent(stateChangeEvent(next, previous));
    const actions = next.actionsEnabled ? actionsFor(next, state.value) : [];
    if (actions.length > 0)
      this.#kernel.report(
        `The alarm ${next.name} is in ${state.value}; nothing is sent from here to ${actions.join(', ')}.`,
      );
  }

  #nextMinute(): number {
    const now = this.#kernel.clock.now();
    return now - (now % MINUTE) + MINUTE;
  }

  #evaluate(name: string): Outcome<string> {
    const alarm = this.#alarms.get(name);
    if (!alarm) return;
    const now = this.#kernel.clock.now();
    const end = now - (now % MINUTE);
    this.#kernel.metrics.sample(alarm.metric, end - MINUTE);
    const verdict = evaluate(this.#datapoints(alarm, end), alarm);
    if (verdict.state && verdict.state !== alarm.state.value) {
      const { evaluated } = verdict;
      const reasonData = JSON.stringify({
        version: '1.0',
        queryDate: awsTime(now),
        ...(evaluated.length > 0 && { startDate: awsTime(evaluated.at(-1)?.from ?? end) }),
        statistic: alarm.statistic,
        period: alarm.period,
        recentDatapoints: evaluated.map(({ value }) => value).reverse(),
        threshold: alarm.threshold,
      });
      this.setState(alarm, { value: verdict.state, reason: reasonOf(verdict, alarm), reasonData, at: now });
    }
    return { again: this.#nextMinute() };
  }

  /** The newest first. */
  #datapoints(alarm: Alarm, end: number): Datapoint[] {
    const period = alarm.period * 1000;
    return Array.from({ length: alarm.evaluationPeriods + EXTRA_PERIODS }, (_, index) => {
      const from = end - (index + 1) * period;
      const set = this.#kernel.metrics.statistics(alarm.metric, from, from + period);
      const value = alarm.statistic === 'Average' ? set && set.Sum / set.SampleCount : set?.[alarm.statistic];
      return { from, value };
    });
  }
}

function actionsFor({ actions }: Alarm, state: StateValue): string[] {
  if (state === 'ALARM') return actions.alarm;
  return state === 'OK' ? actions.ok : actions.insufficientData;
}
