import { z } from 'zod';
import { itemSchemaOf } from '../shapes/claim.ts';
import { metadataSchema } from './metadata.ts';

/** What an event's author writes down. */
export interface EventSpecification<Name extends string, Data extends z.ZodObject> {
  readonly name: Name;
  readonly version: number;
  /** The service that may say it. */
  readonly owner: string;
  /** The services that have a rule for it; a test compares with their serverless.yml. */
  readonly consumers: readonly string[];
  /** True when others may say it in the owner's name, as with a request. */
  readonly openToAll?: boolean;
  /** One sentence: what happened. */
  readonly describe: string;
  readonly data: Data;
  readonly sample: z.input<Data>;
}

export interface EventDefinition<Name extends string = string, Data extends z.ZodObject = z.ZodObject>
  extends EventSpecification<Name, Data> {
  /** EventBridge's `source`. */
  readonly source: string;
  readonly openToAll: boolean;
  /** Schema of the whole `detail`. */
  readonly schema: z.ZodObject<{ metadata: typeof metadataSchema; data: Data }>;
  /** Schemas of the items of the lists that may be claim-checked, by field of `data`. */
  readonly lists: ReadonlyMap<string, z.ZodType>;
}

/** The data of an event as a consumer gets it. */
export type EventData<Definition extends EventDefinition> = z.output<Definition['data']>;

/** The data of an event as it is given to the publisher: lists always in full, of any length. */
export type EventDraft<Definition extends EventDefinition> = {
  [Field in keyof z.input<Definition['data']>]: InFull<z.input<Definition['data']>[Field]>;
};

type InFull<Value> = [Extract<Value, { items: readonly unknown[] }>] extends [never]
  ? Value
  : Extract<Value, { items: readonly unknown[] }>;

export function defineEvent<const Name extends string, Data extends z.ZodObject>(
  specification: EventSpecification<Name, Data>,
): EventDefinition<Name, Data> {
  const lists = new Map<string, z.ZodType>();
  for (const [field, schema] of Object.entries(specification.data.shape)) {
    const item = itemSchemaOf(schema);
    if (item !== undefined) lists.set(field, item);
  }
  return {
    ...specification,
    openToAll: specification.openToAll ?? false,
    source: `assay.${specification.owner}`,
    schema: z.object({ metadata: metadataSchema, data: specification.data }),
    lists,
  };
}
