export { readClaim } from './claim-check.ts';
export type { Outgoing, PublishContext } from './entry.ts';
export type { Publisher, PublisherOptions } from './publisher.ts';
export { createPublisher, outgoing } from './publisher.ts';
