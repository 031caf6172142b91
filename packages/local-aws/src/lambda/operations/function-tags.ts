import type { LambdaOperation } from '../state.ts';

export const listTags: LambdaOperation<'ListTags'> = (input, _request, state) => ({
  Tags: state.functions.get(input.Resource).tags,
});

export const tagResource: LambdaOperation<'TagResource'> = (input, _request, state) => {
  const lambda = state.functions.get(input.Resource);
  state.functions.put({ ...lambda, tags: { ...lambda.tags, ...input.Tags } });
  return {};
};

export const untagResource: LambdaOperation<'UntagResource'> = (input, _request, state) => {
  const lambda = state.functions.get(input.Resource);
  const kept = Object.entries(lambda.tags).filter(([name]) => !input.TagKeys?.includes(name));
  state.functions.put({ ...lambda, tags: Object.fromEntries(kept) });
  return {};
};
