import type { Clock } from '../clock.ts';
import type { LifecycleStep } from '../recipe/recipe.ts';
import { Component, type LifecycleState } from './component.ts';
import { type ComponentDefinition, type DeviceFacts, resolveLifecycle, startOrder } from './definition.ts';
import { logPath, workFolder } from './paths.ts';
import type { ProcessLedger } from './process-ledger.ts';
import { type RunningScript, startScript } from './script.ts';

export type Definitions = ReadonlyMap<string, ComponentDefinition>;

export interface SupervisorOptions {
  device: DeviceFacts;
  clock: Clock;
  ledger: ProcessLedger;
  /** What a component's processes get in their environment, besides what its recipe sets. */
  environmentOf(component: string): NodeJS.ProcessEnv;
  /** Told after every change of a component's state. */
  changed(component: Component): void;
}

/** All components of the device: keeps those that should run running, in the order of their dependencies. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #definitions: Definitions = new Map();
  #components = new Map<string, Component>();
  readonly #watchers = new Set<() => void>();
  #stopped = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get definitions(): Definitions {
    return this.#definitions;
  }

  get components(): ReadonlyMap<string, Component> {
    return this.#components;
  }

  /** What has to be stopped or started to get to `next`: new, gone and changed ones, and who depends hard on those. */
  changes(next: Definitions, keep: (name: string) => boolean = () => false): Set<string> {
    const changed = new Set<string>();
    for (const [name, definition] of next)
      if (this.#differs(definition, next) && !(keep(name) && !this.#differs(definition, next, false)))
        changed.add(name);
    for (const name of this.#components.keys()) if (!next.has(name)) changed.add(name);
    for (const name of startOrder(next)) {
      const dependencies = Object.entries(next.get(name)?.recipe.ComponentDependencies ?? {});
      if (dependencies.some(([other, { DependencyType }]) => DependencyType === 'HARD' && changed.has(other)))
        changed.add(name);
    }
    return changed;
  }

  /** Stops what changes, dependants first, and starts what comes instead, dependencies first. */
  async apply(next: Definitions, changed: ReadonlySet<string>): Promise<void> {
    if (this.#stopped) throw new Error('the core device stops: nothing is started any more');
    for (const name of startOrder(this.#definitions).reverse()) {
      if (!changed.has(name)) continue;
      await this.#components.get(name)?.stop();
      this.#components.delete(name);
    }
    this.#definitions = next;
    for (const [name, definition] of next) if (!changed.has(name)) this.#components.get(name)?.adopt(definition);
    const order = startOrder(next).filter((name) => changed.has(name));
    for (const name of order) this.#create(name);
    for (const name of order) void this.#startWhenReady(name);
  }

  /** Resolves when every one of `names` is up, or as soon as one is broken; says which are. */
  async settled(names: Iterable<string>): Promise<Component[]> {
    const watched = [...names].flatMap((name) => this.#components.get(name) ?? []);
    await this.#until(() => watched.every((component) => isUp(component.state)) || watched.some(isBroken));
    return watched.filter(isBroken);
  }

  /** For good: what a deployment would still start is not started. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const name of startOrder(this.#definitions).reverse()) await this.#components.get(name)?.stop();
  }

  #create(name: string): void {
    const definition = this.#definitions.get(name);
    if (!definition) return;
    const lifecycle = resolveLifecycle(definition, this.#definitions, this.#options.device);
    const component: Component = new Component(definition, lifecycle, {
      clock: this.#options.clock,
      start: (step) => this.#script(component, step),
      changed: () => {
        this.#options.changed(component);
        for (const watcher of [...this.#watchers]) watcher();
      },
    });
    this.#components.set(name, component);
  }

  async #startWhenReady(name: string): Promise<void> {
    const component = this.#components.get(name);
    if (!component) return;
    const dependencies = Object.entries(component.definition.recipe.ComponentDependencies)
      .filter(([, { DependencyType }]) => DependencyType === 'HARD')
      .flatMap(([other]) => this.#components.get(other) ?? []);
    const gone = () => this.#components.get(name) !== component;
    await this.#until(() => gone() || dependencies.every((other) => isUp(other.state)));
    if (!gone()) component.start();
  }

  #script(component: Component, step: LifecycleStep): RunningScript {
    const { name } = component.definition;
    const { device, ledger } = this.#options;
    return startScript(step.Script, {
      component: name,
      cwd: workFolder(device.root, name),
      environment: { ...this.#options.environmentOf(name), ...component.lifecycle.environment, ...step.Setenv },
      logPath: logPath(device.root, name),
      ledger,
    });
  }

  /** Whether a component would run otherwise than it does: broken ones always would. */
  #differs(definition: ComponentDefinition, next: Definitions, withConfiguration = true): boolean {
    const running = this.#components.get(definition.name);
    if (!running || running.state === 'BROKEN') return true;
    const fingerprint = (of: ComponentDefinition, lifecycle: unknown) =>
      JSON.stringify([of.version, lifecycle, of.recipe, withConfiguration ? of.configuration : null]);
    const lifecycle = resolveLifecycle(definition, next, this.#options.device);
    return fingerprint(definition, lifecycle) !== fingerprint(running.definition, running.lifecycle);
  }

  async #until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const watcher = () => {
        if (!condition()) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
    });
  }
}

const UP: LifecycleState[] = ['RUNNING', 'FINISHED'];
const isUp = (state: LifecycleState) => UP.includes(state);
const isBroken = (component: Component) => component.state === 'BROKEN';
