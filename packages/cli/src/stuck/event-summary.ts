import { z } from 'zod';

/** What is told of an event that got stuck. */
export interface EventSummary {
  /** `LabelsApproved`, `Object Created`; absent for what isn't an event. */
  name?: string;
  source?: string;
  /** Of our own events only: AWS's belong to no story yet. */
  correlationId?: string;
  /** What the event is about, e.g. a labeling job, an image, a model package, an object. */
  key?: string;
  /** When it happened, as the event says. */
  time?: string;
}

const eventSchema = z.looseObject({
  'detail-type': z.string(),
  source: z.string(),
  time: z.string().optional(),
  resources: z.array(z.string()).default([]),
  detail: z.record(z.string(), z.unknown()).default({}),
});
const ownDetailSchema = z.object({
  metadata: z.object({ correlationId: z.string() }),
  data: z.record(z.string(), z.unknown()),
});
const objectSchema = z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) });
const listSchema = z.union([
  z.object({ items: z.array(z.looseObject({ imageId: z.string().optional(), uri: z.string().optional() })) }),
  z.object({ manifest: z.object({ uri: z.string(), count: z.number() }) }),
]);

/** The fields that name what an event is about, the most telling first. */
const KEYS = [
  'labelingJob',
  'deploymentId',
  'deployment-id',
  'modelPackageArn',
  'ModelPackageArn',
  'pipelineExecutionArn',
  'executionArn',
  'runId',
];
const LISTS = ['images', 'labels'];

/** Whatever arrived where an event was expected: misshapen ones are what gets stuck. */
export function summariseEvent(value: unknown): EventSummary {
  const { data: event } = eventSchema.safeParse(value);
  if (!event) return {};
  const own = ownDetailSchema.safeParse(event.detail).data;
  const fields = own?.data ?? event.detail;
  return {
    name: event['detail-type'],
    source: event.source,
    time: event.time,
    correlationId: own?.metadata.correlationId,
    key: keyOf(fields) ?? event.resources[0],
  };
}

function keyOf(fields: Record<string, unknown>): string | undefined {
  const stored = objectSchema.safeParse(fields).data;
  if (stored) return `s3://${stored.bucket.name}/${stored.object.key}`;
  for (const name of KEYS) {
    const value = fields[name];
    if (typeof value === 'string') return value;
  }
  for (const name of LISTS) {
    const list = listSchema.safeParse(fields[name]).data;
    if (!list) continue;
    if ('manifest' in list) return `${list.manifest.uri} (${list.manifest.count})`;
    const [first] = list.items;
    const rest = list.items.length > 1 ? ` and ${list.items.length - 1} more` : '';
    if (first) return `${first.imageId ?? first.uri ?? name}${rest}`;
  }
  return undefined;
}
