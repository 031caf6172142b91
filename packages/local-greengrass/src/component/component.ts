import type { Clock } from '../clock.ts';
import type { LifecycleStep } from '../recipe/recipe.ts';
import type { ComponentDefinition, ResolvedLifecycle } from './definition.ts';
import { isSkipped, type RunningScript } from './script.ts';

/** A component's state, in the words of fleet status. */
export type LifecycleState =
  | 'NEW'
  | 'INSTALLED'
  | 'STARTING'
  | 'RUNNING'
  | 'STOPPING'
  | 'ERRORED'
  | 'BROKEN'
  | 'FINISHED';

/** Seconds, where the recipe says nothing. */
const TIMEOUTS = { install: 120, startup: 120, shutdown: 15, recover: 60 };
/** That many errors within {@link ERROR_WINDOW} milliseconds break a component: only a deployment mends it. */
const MOST_ERRORS = 3;
const ERROR_WINDOW = 3_600_000;

export interface ComponentContext {
  clock: Clock;
  /** Starts a script in the component's environment. */
  start(step: LifecycleStep): RunningScript;
  /** Told after every change of state. */
  changed(component: Component): void;
}

type Ending =
  | { kind: 'exited'; code: number }
  | { kind: 'reported'; state: 'RUNNING' | 'ERRORED' }
  | { kind: 'timeout' }
  | { kind: 'stopped' };

/** One component's lifecycle: install, start, retry, stop ("Component lifecycle"). */
export class Component {
  #definition: ComponentDefinition;
  readonly lifecycle: ResolvedLifecycle;
  readonly #context: ComponentContext;
  #state: LifecycleState = 'NEW';
  #reason = '';
  #errors: number[] = [];
  #life: Promise<void> | undefined;
  #script: RunningScript | undefined;
  readonly #stopped = Promise.withResolvers<Ending>();
  #stopping = false;
  /** What the component reported and nobody has taken up yet. */
  #reports: Ending[] = [];
  #listener: ((ending: Ending) => void) | undefined;

  constructor(definition: ComponentDefinition, lifecycle: ResolvedLifecycle, context: ComponentContext) {
    this.#definition = definition;
    this.lifecycle = lifecycle;
    this.#context = context;
  }

  get definition(): ComponentDefinition {
    return this.#definition;
  }

  /** Takes on a definition that differs in what the running process needs no restart for. */
  adopt(definition: ComponentDefinition): void {
    this.#definition = definition;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** Why the component is in its state; empty when nothing is wrong. */
  get reason(): string {
    return this.#reason;
  }

  start(): void {
    this.#life ??= this.#live();
  }

  /** What the component says of itself (`UpdateState`). */
  report(state: 'RUNNING' | 'ERRORED'): void {
    const ending: Ending = { kind: 'reported', state };
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener) listener(ending);
    else this.#reports.push(ending);
  }

  async stop(): Promise<void> {
    if (this.#stopping) return this.#life;
    this.#stopping = true;
    if (this.#life === undefined) return;
    if (this.#state !== 'BROKEN' && this.#state !== 'FINISHED') this.#to('STOPPING');
    if (this.lifecycle.shutdown && this.#script) {
      const shutdown = this.#context.start(this.lifecycle.shutdown);
      await this.#within(shutdown, this.lifecycle.shutdown.Timeout ?? TIMEOUTS.shutdown, 'shutdown');
    }
    this.#stopped.resolve({ kind: 'stopped' });
    await this.#life;
  }

  async #live(): Promise<void> {
    while (!this.#stopping) {
      const failure = await this.#attempt();
      await this.#script?.stop(this.#context.clock);
      this.#script = undefined;
      this.#reports = [];
      if (failure === undefined || this.#stopping) return;
      const now = this.#context.clock.now();
      this.#errors = [...this.#errors.filter((at) => now - at < ERROR_WINDOW), now];
      if (this.#errors.length >= MOST_ERRORS) return this.#to('BROKEN', failure);
      this.#to('ERRORED', failure);
      if (this.lifecycle.recover) {
        const recover = this.#context.start(this.lifecycle.recover);
        await this.#within(recover, this.lifecycle.recover.Timeout ?? TIMEOUTS.recover, 'recover');
      }
    }
  }

  /** One life from installation to the end; says what went wrong, if anything did. */
  async #attempt(): Promise<string | undefined> {
    const { install, startup, run } = this.lifecycle;
    if (install && !isSkipped(install.Skipif)) {
      const seconds = install.Timeout ?? TIMEOUTS.install;
      const failure = await this.#within(this.#context.start(install), seconds, 'install');
      if (failure !== undefined) return failure;
    }
    if (this.#stopping) return undefined;
    this.#to('INSTALLED');
    const step = startup ?? run;
    if (!step || isSkipped(step.Skipif)) {
      this.#to('FINISHED');
      return undefined;
    }
    return startup ? this.#startup(startup) : this.#run(step);
  }

  /** `Startup`: up when it exits with 0 or says so itself; down when it exits otherwise, or takes too long. */
  async #startup(step: LifecycleStep): Promise<string | undefined> {
    this.#to('STARTING');
    const timeout = step.Timeout ?? TIMEOUTS.startup;
    let ending = await this.#next(this.#begin(step), timeout);
    if (ending.kind === 'timeout') return `startup took longer than ${timeout} s without reporting RUNNING`;
    const exited = ending.kind === 'exited' && ending.code === 0;
    if (exited || (ending.kind === 'reported' && ending.state === 'RUNNING')) {
      this.#to('RUNNING');
      do {
        // A startup script may end well and leave what it started running.
        ending = await this.#next(exited || isCleanExit(ending) ? undefined : this.#script);
      } while (isCleanExit(ending) || (ending.kind === 'reported' && ending.state === 'RUNNING'));
    }
    return failureOf(ending, 'startup');
  }

  /** `Run`: up as soon as it was started, finished when it exits with 0. */
  async #run(step: LifecycleStep): Promise<string | undefined> {
    this.#to('STARTING');
    const script = this.#begin(step);
    this.#to('RUNNING');
    let ending: Ending;
    do ending = await this.#next(script, step.Timeout);
    while (ending.kind === 'reported' && ending.state === 'RUNNING');
    if (ending.kind === 'timeout') return `run took longer than ${step.Timeout} s`;
    if (isCleanExit(ending)) this.#to('FINISHED');
    return failureOf(ending, 'run');
  }

  #begin(step: LifecycleStep): RunningScript {
    this.#script = this.#context.start(step);
    return this.#script;
  }

  /** Whatever happens next: the script's end, a report of the component, `seconds` passing, or being stopped. */
  async #next(script: RunningScript | undefined, seconds?: number): Promise<Ending> {
    const waiting = this.#reports.shift();
    if (waiting) return waiting;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.#listener = resolve;
    const cancel =
      seconds === undefined ? undefined : this.#context.clock.after(seconds * 1000, () => resolve({ kind: 'timeout' }));
    void script?.ended.then((code) => resolve({ kind: 'exited', code }));
    void this.#stopped.promise.then(resolve);
    const ending = await promise;
    this.#listener = undefined;
    cancel?.();
    return ending;
  }

  /** Runs a script that has to end by itself; says what went wrong. */
  async #within(script: RunningScript, seconds: number, name: string): Promise<string | undefined> {
    let late = false;
    const cancel = this.#context.clock.after(seconds * 1000, () => {
      late = true;
      void script.stop(this.#context.clock);
    });
    void this.#stopped.promise.then(() => script.stop(this.#context.clock));
    const code = await script.ended;
    cancel();
    if (late) return `${name} took longer than ${seconds} s`;
    return code === 0 ? undefined : `${name} exited with code ${code}`;
  }

  #to(state: LifecycleState, reason = ''): void {
    if (this.#state === state && this.#reason === reason) return;
    this.#state = state;
    this.#reason = reason;
    this.#context.changed(this);
  }
}

const isCleanExit = (ending: Ending): boolean => ending.kind === 'exited' && ending.code === 0;

function failureOf(ending: Ending, step: string): string | undefined {
  if (ending.kind === 'exited' && ending.code !== 0) return `${step} exited with code ${ending.code}`;
  if (ending.kind === 'reported' && ending.state === 'ERRORED') return 'the component reported ERRORED';
  return undefined;
}
