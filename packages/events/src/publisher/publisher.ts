import { setTimeout as delay } from 'node:timers/promises';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { EventDefinition, EventDraft } from '../envelope/definition.ts';
import type { Metadata } from '../envelope/metadata.ts';
import { type EntryOptions, type Outgoing, type PublishContext, prepareEntry } from './entry.ts';
import { putEntries } from './put-entries.ts';

export interface PublisherOptions extends EntryOptions {
  readonly eventBridge: Pick<EventBridgeClient, 'send'>;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  readonly random?: () => number;
}

/** An event for {@link Publisher.publishAll}, its data held against the definition by the compiler. */
export function outgoing<Definition extends EventDefinition>(
  definition: Definition,
  data: EventDraft<Definition>,
  context: PublishContext = {},
): Outgoing {
  return { ...context, definition, data };
}

export interface Publisher {
  /** Says one event. Returns its metadata. Throws {@link EventError} when it was not published. */
  publish<Definition extends EventDefinition>(
    definition: Definition,
    data: EventDraft<Definition>,
    context?: PublishContext,
  ): Promise<Metadata>;
  /** Says several events, in as few calls as the limits allow. Throws when any of them remains unpublished. */
  publishAll(events: readonly Outgoing[]): Promise<Metadata[]>;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const publishAll = async (events: readonly Outgoing[]): Promise<Metadata[]> => {
    const prepared = [];
    for (const event of events) prepared.push(await prepareEntry(options, event));
    await putEntries(
      {
        eventBridge: options.eventBridge,
        sleep: options.sleep ?? delay,
        random: options.random ?? Math.random,
      },
      prepared.map(({ entry }) => entry),
    );
    return prepared.map(({ metadata }) => metadata);
  };
  return {
    publishAll,
    async publish(definition, data, context) {
      const [metadata] = await publishAll([outgoing(definition, data, context)]);
      if (metadata === undefined) throw new Error('publishAll returns as many metadata as it got events');
      return metadata;
    },
  };
}
