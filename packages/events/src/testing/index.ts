export type { BridgeEvent, SampleOverrides } from './sample-event.ts';
export { sampleEvent } from './sample-event.ts';
