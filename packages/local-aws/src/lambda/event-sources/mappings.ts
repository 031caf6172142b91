import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import { AwsError } from '../../kernel/errors.ts';
import type { Collection } from '../../kernel/store.ts';

/** A queue whose messages invoke a function. */
export interface Mapping {
  uuid: string;
  queueArn: string;
  functionName: string;
  functionArn: string;
  enabled: boolean;
  batchSize: number;
  /** Seconds. */
  window: number;
  maximumConcurrency?: number;
  reportsFailures: boolean;
  /** Milliseconds since the epoch. */
  lastModified: number;
}

export type Mappings = Collection<Mapping>;

/** @throws ResourceNotFoundException */
export function mappingOf(mappings: Mappings, uuid: string | undefined): Mapping {
  const mapping = mappings.get(uuid ?? '');
  if (!mapping)
    throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', {
      status: 404,
      extra: { Type: 'User' },
    });
  return mapping;
}

export function toWire(mapping: Mapping): EventSourceMappingConfiguration {
  return {
    UUID: mapping.uuid,
    EventSourceArn: mapping.queueArn,
    EventSourceMappingArn: mapping.functionArn.replace(/:function:.*$/, `:event-source-mapping:${mapping.uuid}`),
    FunctionArn: mapping.functionArn,
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.window,
    State: mapping.enabled ? 'Enabled' : 'Disabled',
    StateTransitionReason: 'USER_INITIATED',
    LastModified: new Date(mapping.lastModified),
    FunctionResponseTypes: mapping.reportsFailures ? ['ReportBatchItemFailures'] : [],
    ...(mapping.maximumConcurrency !== undefined && {
      ScalingConfig: { MaximumConcurrency: mapping.maximumConcurrency },
    }),
  };
}

interface Settings {
  BatchSize?: number;
  MaximumBatchingWindowInSeconds?: number;
  ScalingConfig?: { MaximumConcurrency?: number };
  FunctionResponseTypes?: string[];
  Enabled?: boolean;
}

const invalid = (message: string) =>
  new AwsError('InvalidParameterValueException', message, { status: 400, extra: { Type: 'User' } });

/** Applies what a caller sets. @throws InvalidParameterValueException */
export function withSettings(mapping: Mapping, input: Settings): Mapping {
  const concurrency = input.ScalingConfig ? input.ScalingConfig.MaximumConcurrency : mapping.maximumConcurrency;
  const next: Mapping = {
    ...mapping,
    batchSize: input.BatchSize ?? mapping.batchSize,
    window: input.MaximumBatchingWindowInSeconds ?? mapping.window,
    maximumConcurrency: concurrency,
    reportsFailures: input.FunctionResponseTypes
      ? input.FunctionResponseTypes.includes('ReportBatchItemFailures')
      : mapping.reportsFailures,
    enabled: input.Enabled ?? mapping.enabled,
  };
  if (next.batchSize < 1 || next.batchSize > 10_000) throw invalid('BatchSize must be between 1 and 10000.');
  if (next.window < 0 || next.window > 300) throw invalid('MaximumBatchingWindowInSeconds must be between 0 and 300.');
  if (next.batchSize > 10 && next.window < 1)
    throw invalid('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
  if (concurrency !== undefined && (concurrency < 2 || concurrency > 1000))
    throw invalid('MaximumConcurrency must be between 2 and 1000.');
  return next;
}
