import type { EventDefinition } from '../envelope/definition.ts';
import type { Metadata } from '../envelope/metadata.ts';

/** An event as EventBridge hands it to a function. */
export interface BridgeEvent {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: string[];
  readonly detail: { metadata: Metadata; data: unknown };
}

/** Parts of a sample to replace; `data` is laid over the sample field by field. */
export interface SampleOverrides {
  readonly data?: Record<string, unknown>;
  readonly metadata?: Partial<Metadata>;
  readonly source?: string;
}

/** A whole EventBridge event out of the definition's sample. */
export function sampleEvent(definition: EventDefinition, overrides: SampleOverrides = {}): BridgeEvent {
  const occurredAt = overrides.metadata?.occurredAt ?? '2026-03-04T08:16:00.000Z';
  return {
    version: '0',
    id: '0d6a2f4e-5b1c-4c7d-8e9f-1a2b3c4d5e6f',
    'detail-type': definition.name,
    source: overrides.source ?? definition.source,
    account: '000000000000',
    time: `${occurredAt.slice(0, 19)}Z`,
    region: 'eu-west-1',
    resources: [],
    detail: {
      metadata: {
        eventId: '7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b',
        correlationId: 'story-1',
        occurredAt,
        producer: definition.source,
        version: definition.version,
        ...overrides.metadata,
      },
      data: { ...definition.sample, ...overrides.data },
    },
  };
}
