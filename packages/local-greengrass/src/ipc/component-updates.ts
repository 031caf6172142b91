import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { type Emit, type IpcOperations, streaming, unary } from './operation.ts';

export interface ComponentUpdatesIpc {
  operations: IpcOperations;
  /**
   * Asks the subscribed ones among `components` whether they may be updated, as often as one of them defers it, and
   * resolves when all have agreed or said nothing for `timeout` milliseconds.
   */
  ask(deploymentId: string, components: ReadonlySet<string>, timeout: number): Promise<void>;
  /** Tells all subscribers that the update is over. */
  ended(deploymentId: string): void;
}

/** A deferral longer than this (ms) is cut: a component can't hold a device's updates up for good. */
const LONGEST_DEFERRAL = 24 * 3_600_000;

/** `SubscribeToComponentUpdates` and `DeferComponentUpdate`. */
export function componentUpdatesIpc(clock: Clock): ComponentUpdatesIpc {
  const subscribers = new Map<string, Set<Emit>>();
  const answers = new Map<string, (recheckAfter: number) => void>();

  /** How long (ms) a component wants to be left alone; 0 when it agrees or keeps silent. */
  const askOne = (deploymentId: string, component: string, timeout: number) =>
    new Promise<number>((resolve) => {
      const emitters = subscribers.get(component);
      if (!emitters) return resolve(0);
      const done = (recheckAfter: number) => {
        cancel();
        answers.delete(component);
        resolve(Math.min(recheckAfter, LONGEST_DEFERRAL));
      };
      const cancel = clock.after(timeout, () => done(0));
      answers.set(component, done);
      for (const emit of emitters)
        emit('ComponentUpdatePolicyEvents', { preUpdateEvent: { deploymentId, isGgcRestarting: false } });
    });

  return {
    async ask(deploymentId, components, timeout) {
      await Promise.all(
        [...components].map(async (component) => {
          let wait = await askOne(deploymentId, component, timeout);
          while (wait > 0) {
            await new Promise<void>((resolve) => void clock.after(wait, resolve));
            wait = await askOne(deploymentId, component, timeout);
          }
        }),
      );
    },
    ended(deploymentId) {
      for (const emitters of subscribers.values())
        for (const emit of emitters) emit('ComponentUpdatePolicyEvents', { postUpdateEvent: { deploymentId } });
    },
    operations: {
      SubscribeToComponentUpdates: streaming(z.object({}), (_, { component }, emit) => {
        const own = subscribers.get(component) ?? new Set();
        subscribers.set(component, own);
        own.add(emit);
        return {
          close() {
            own.delete(emit);
            if (own.size > 0) return;
            subscribers.delete(component);
            // Whoever hung up won't answer any more.
            answers.get(component)?.(0);
          },
        };
      }),
      DeferComponentUpdate: unary(
        z.object({
          deploymentId: z.string(),
          message: z.string().optional(),
          recheckAfterMs: z.number().min(0).default(0),
        }),
        async ({ recheckAfterMs }, { component }) => {
          answers.get(component)?.(recheckAfterMs);
          return {};
        },
      ),
    },
  };
}
