import { type DeviceOutcome, INLINE_ITEMS } from '@assay/events';

export const SUCCEEDED: ReadonlySet<string> = new Set(['SUCCEEDED', 'COMPLETED']);
export const FAILED: ReadonlySet<string> = new Set(['FAILED', 'TIMED_OUT', 'REJECTED']);

/** A device may tell its whole stack of errors; what broke stands at its beginning. */
const DETAIL_CHARACTERS = 300;

/** Of many that failed, the first few give the reason. */
const REASONS_TOLD = 5;

/** What is kept and said of the devices of a rollout. */
export interface DevicesInBrief {
  /** As many as an event names, those that failed before the others. */
  readonly devices: readonly DeviceOutcome[];
  /** How many came to which status, those too that are not named. */
  readonly deviceCounts: Readonly<Record<string, number>>;
}

/** Of however many devices, so much that it fits into an event and into the line's item. */
export function inBrief(devices: readonly DeviceOutcome[]): DevicesInBrief {
  const deviceCounts: Record<string, number> = {};
  for (const { status } of devices) deviceCounts[status] = (deviceCounts[status] ?? 0) + 1;
  const failedFirst = devices.toSorted((a, b) => Number(FAILED.has(b.status)) - Number(FAILED.has(a.status)));
  const named = failedFirst.slice(0, INLINE_ITEMS);
  return { devices: named.map((device) => ({ ...device, detail: detailOf(device) })), deviceCounts };
}

/** Why devices failed, in their own words where they had any. */
export function reasonOf(failed: readonly DeviceOutcome[]): string {
  const words = failed
    .slice(0, REASONS_TOLD)
    .map((device) => `${device.thing}: ${detailOf(device) ?? device.status}`)
    .join('; ');
  const more = failed.length - REASONS_TOLD;
  return more > 0 ? `${words}; and ${more} more` : words;
}

function detailOf({ detail }: DeviceOutcome): string | undefined {
  return detail?.slice(0, DETAIL_CHARACTERS);
}
