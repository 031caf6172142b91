import { z } from 'zod';
import type { Supervisor } from '../component/supervisor.ts';
import { readPath } from '../configuration.ts';
import { IpcError } from './errors.ts';
import { type Emit, type IpcOperations, streaming, unary } from './operation.ts';

const requestSchema = z.object({
  componentName: z.string().optional(),
  keyPath: z.array(z.string()).default([]),
});

export interface ConfigurationIpc {
  operations: IpcOperations;
  /** Whether a component is told of changes, and so needs no restart. */
  isFollowedBy(component: string): boolean;
  /** Tells those who subscribed that a component's configuration was changed by a deployment. */
  changed(component: string): void;
}

/** `GetConfiguration` and `SubscribeToConfigurationUpdate`. */
export function configurationIpc(supervisor: () => Supervisor): ConfigurationIpc {
  const subscribers = new Set<{ by: string; of: string; keyPath: string[]; emit: Emit }>();
  const configurationOf = (component: string) => {
    const definition = supervisor().definitions.get(component);
    if (!definition) throw new IpcError('ResourceNotFoundError', `${component} is not installed`);
    return definition.configuration;
  };
  return {
    isFollowedBy: (component) => [...subscribers].some(({ by, of }) => by === component && of === component),
    changed(component) {
      for (const { of, keyPath, emit } of subscribers)
        if (of === component)
          emit('ConfigurationUpdateEvents', { configurationUpdateEvent: { componentName: component, keyPath } });
    },
    operations: {
      GetConfiguration: unary(requestSchema, async ({ componentName, keyPath }, caller) => {
        const component = componentName ?? caller.component;
        const value = readPath(configurationOf(component), keyPath);
        if (value === undefined)
          throw new IpcError('ResourceNotFoundError', `${component} has no configuration at /${keyPath.join('/')}`);
        const isLeaf = typeof value !== 'object' || value === null || Array.isArray(value);
        // The nucleus wraps a leaf into an object of its key.
        return { componentName: component, value: isLeaf ? { [keyPath.at(-1) ?? '']: value } : value };
      }),
      SubscribeToConfigurationUpdate: streaming(requestSchema, ({ componentName, keyPath }, caller, emit) => {
        const of = componentName ?? caller.component;
        configurationOf(of);
        const subscriber = { by: caller.component, of, keyPath, emit };
        subscribers.add(subscriber);
        return { close: () => void subscribers.delete(subscriber) };
      }),
    },
  };
}
