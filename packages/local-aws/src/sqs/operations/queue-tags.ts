import type { SqsOperation } from '../state.ts';

export const listQueueTags: SqsOperation<'ListQueueTags'> = (input, _request, state) => {
  const { tags } = state.queues.byUrl(input.QueueUrl);
  return Object.keys(tags).length > 0 ? { Tags: tags } : {};
};

export const tagQueue: SqsOperation<'TagQueue'> = (input, _request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  state.queues.put({ ...queue, tags: { ...queue.tags, ...input.Tags } });
  return {};
};

export const untagQueue: SqsOperation<'UntagQueue'> = (input, _request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  const kept = Object.entries(queue.tags).filter(([name]) => !input.TagKeys?.includes(name));
  state.queues.put({ ...queue, tags: Object.fromEntries(kept) });
  return {};
};
