import { mappingOf, toWire, withSettings } from '../event-sources/mappings.ts';
import { functionReference } from '../functions.ts';
import type { LambdaOperation } from '../state.ts';

export const getEventSourceMapping: LambdaOperation<'GetEventSourceMapping'> = (input, _request, state) =>
  toWire(mappingOf(state.mappings, input.UUID));

export const listEventSourceMappings: LambdaOperation<'ListEventSourceMappings'> = (input, _request, state) => {
  const name = input.FunctionName === undefined ? undefined : functionReference(input.FunctionName).name;
  const limit = Math.min(input.MaxItems ?? 100, 100);
  const found = state.mappings
    .list({ after: input.Marker })
    .map(({ value }) => value)
    .filter(({ functionName }) => name === undefined || functionName === name)
    .filter(({ queueArn }) => input.EventSourceArn === undefined || queueArn === input.EventSourceArn);
  const page = found.slice(0, limit);
  return {
    EventSourceMappings: page.map(toWire),
    ...(found.length > limit && { NextMarker: page.at(-1)?.uuid }),
  };
};

export const updateEventSourceMapping: LambdaOperation<'UpdateEventSourceMapping'> = (input, _request, state) => {
  const mapping = mappingOf(state.mappings, input.UUID);
  const lambda = input.FunctionName === undefined ? undefined : state.functions.get(input.FunctionName);
  const next = withSettings(
    {
      ...mapping,
      ...(lambda && { functionName: lambda.name, functionArn: lambda.arn }),
      lastModified: state.kernel.clock.now(),
    },
    input,
  );
  state.mappings.put(next.uuid, next);
  state.pollers.apply(next);
  return toWire(next);
};

export const deleteEventSourceMapping: LambdaOperation<'DeleteEventSourceMapping'> = (input, _request, state) => {
  const mapping = mappingOf(state.mappings, input.UUID);
  state.mappings.delete(mapping.uuid);
  state.pollers.stop(mapping.uuid);
  return { ...toWire(mapping), State: 'Deleting' };
};
