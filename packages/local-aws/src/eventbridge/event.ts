/** An event as its targets get it ("Amazon EventBridge events"). */
export interface BusEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** RFC 3339, whole seconds. */
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
  /** The replay that an event comes from; absent in one that is new. */
  'replay-name'?: string;
}

/** As EventBridge writes times: `2026-03-04T08:15:30Z`. */
export function eventTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
