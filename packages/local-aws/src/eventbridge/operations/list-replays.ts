import { AwsError } from '../../kernel/errors.ts';
import { page } from '../pages.ts';
import { toWire } from '../replay-shape.ts';
import type { EventBridgeOperation } from '../state.ts';

export const listReplays: EventBridgeOperation<'ListReplays'> = (input, _request, state) => {
  const { NamePrefix, State, EventSourceArn } = input;
  if ([NamePrefix, State, EventSourceArn].filter((filter) => filter !== undefined).length > 1)
    throw new AwsError(
      'ValidationException',
      'At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or NamePrefix.',
    );
  const found = state.replays
    .list(NamePrefix)
    .filter((replay) => State === undefined || replay.state === State)
    .filter((replay) => EventSourceArn === undefined || replay.archiveArn === EventSourceArn);
  const { items, NextToken } = page(found, ({ name }) => name, input);
  return { Replays: items.map(toWire), NextToken };
};
