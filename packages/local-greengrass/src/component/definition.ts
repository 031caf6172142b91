import type { Configuration } from '../configuration.ts';
import type { Lifecycle, LifecycleStep, Manifest, Recipe } from '../recipe/recipe.ts';
import { interpolate, type VariableScope } from '../recipe/variables.ts';
import { artifactsFolder, decompressedFolder, workFolder } from './paths.ts';

/** A component version on the device, with the configuration that it runs with. */
export interface ComponentDefinition {
  name: string;
  version: string;
  recipe: Recipe;
  /** The manifest for this platform. */
  manifest: Manifest;
  configuration: Configuration;
}

/** A lifecycle with all variables replaced: what is run. */
export interface ResolvedLifecycle {
  environment: Record<string, string>;
  install?: LifecycleStep;
  run?: LifecycleStep;
  startup?: LifecycleStep;
  shutdown?: LifecycleStep;
  recover?: LifecycleStep;
}

export interface DeviceFacts {
  root: string;
  thingName: string;
}

/** Replaces the variables in a component's lifecycle; those of its dependencies are looked up in `all`. */
export function resolveLifecycle(
  definition: ComponentDefinition,
  all: ReadonlyMap<string, ComponentDefinition>,
  device: DeviceFacts,
): ResolvedLifecycle {
  const scopeOf = (name?: string): VariableScope | undefined => {
    if (name !== undefined && name !== definition.name && !definition.recipe.ComponentDependencies[name])
      return undefined;
    const component = name === undefined ? definition : all.get(name);
    return (
      component && {
        thingName: device.thingName,
        rootPath: device.root,
        workPath: workFolder(device.root, component.name),
        artifactsPath: artifactsFolder(device.root, component.name, component.version),
        decompressedPath: decompressedFolder(device.root, component.name, component.version),
        configuration: component.configuration,
      }
    );
  };
  const texts = (values: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, interpolate(value, scopeOf)]));
  const step = (name: keyof Omit<Lifecycle, 'Setenv'>): LifecycleStep | undefined => {
    const written: LifecycleStep | undefined = definition.manifest.Lifecycle[name];
    return (
      written && {
        ...written,
        Script: interpolate(written.Script, scopeOf),
        ...(written.Skipif !== undefined && { Skipif: interpolate(written.Skipif, scopeOf) }),
        ...(written.Setenv && { Setenv: texts(written.Setenv) }),
      }
    );
  };
  return {
    environment: texts(definition.manifest.Lifecycle.Setenv),
    install: step('Install'),
    run: step('Run'),
    startup: step('Startup'),
    shutdown: step('Shutdown'),
    recover: step('Recover'),
  };
}

/** Names in an order in which every component comes after those that it depends on. */
export function startOrder(definitions: ReadonlyMap<string, ComponentDefinition>): string[] {
  const order: string[] = [];
  const visit = (name: string, path: string[]) => {
    if (order.includes(name)) return;
    if (path.includes(name))
      throw new Error(`components depend on each other in a circle: ${[...path, name].join(' → ')}`);
    const definition = definitions.get(name);
    if (!definition) return;
    for (const dependency of Object.keys(definition.recipe.ComponentDependencies).sort())
      visit(dependency, [...path, name]);
    order.push(name);
  };
  for (const name of [...definitions.keys()].sort()) visit(name, []);
  return order;
}
