import type { TargetStore } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { type Group, validationError } from './group.ts';
import type { OnlineRow, RuntimeState } from './state.ts';
import type { Values } from './values.ts';

export const FLUSH_TASK = 'featurestore:flush';
/** AWS takes up to 15 minutes; here a record is in S3 after so many milliseconds. */
const FLUSH_DELAY = 500;

/** The stores that a write goes to. */
export function targetStores(group: Group, asked: TargetStore[] | undefined): { online: boolean; offline: boolean } {
  const online = asked ? asked.includes('OnlineStore') : group.online;
  const offline = asked ? asked.includes('OfflineStore') : group.offline !== undefined;
  if (online && !group.online) throw validationError('Validation Error: OnlineStore is not enabled for FeatureGroup');
  if (offline && !group.offline)
    throw validationError('Validation Error: OfflineStore is not enabled for FeatureGroup');
  return { online, offline };
}

/** Keeps a record for the offline store; a task writes what has gathered. */
export function bufferOffline(
  state: RuntimeState,
  { key, offline }: Group,
  { eventTime, values, deleted }: { eventTime: number; values: Values; deleted: boolean },
): void {
  const { clock, outbox } = state.kernel;
  if (!offline) return;
  const waiting = state.hasBuffered.get(key) !== undefined;
  state.buffer.run(key, eventTime, clock.now(), deleted ? 1 : 0, JSON.stringify(values));
  if (waiting) return;
  state.targets.put(key, offline);
  outbox.add(FLUSH_TASK, { key }, { id: `${FLUSH_TASK}:${key}`, at: clock.now() + FLUSH_DELAY });
}

/** The record that the online store shows: neither deleted nor expired. */
export function visible(state: RuntimeState, { key }: Group, id: string): OnlineRow | undefined {
  const row = state.getOnline.get(key, id);
  if (!row || row.deleted === 1) return undefined;
  return row.expires !== null && row.expires <= state.kernel.clock.now() ? undefined : row;
}

/** `ExpiresAt` as the runtime gives it. */
export const expiresAt = ({ expires }: OnlineRow) =>
  expires === null ? undefined : new Date(expires).toISOString().replace(/\.\d+Z$/, 'Z');
