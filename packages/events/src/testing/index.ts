export type { BridgeEvent, SampleOverrides } from './sample-event.ts';
export { sampleEvent } from './sample-event.ts';
export type { ServiceRule } from './service-rules.ts';
export { readServiceRules, servicesIn } from './service-rules.ts';
