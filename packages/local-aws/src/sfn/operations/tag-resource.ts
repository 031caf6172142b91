import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import type { Machine } from '../machines.ts';
import type { SfnState } from '../service.ts';

export const tagResource: Operation<'sfn', 'TagResource', SfnState> = (input, _request, state) => {
  const machine = taggable(state, input.resourceArn);
  const keys = new Set(input.tags?.map(({ key }) => key));
  const tags = [...machine.tags.filter(({ key }) => !keys.has(key)), ...(input.tags ?? [])];
  if (tags.length > 50)
    throw new AwsError('TooManyTags', `'${machine.arn}' would have ${tags.length} tags; 50 is the most`);
  state.machines.put({ ...machine, tags });
  return {};
};

export const untagResource: Operation<'sfn', 'UntagResource', SfnState> = (input, _request, state) => {
  const machine = taggable(state, input.resourceArn);
  state.machines.put({ ...machine, tags: machine.tags.filter(({ key }) => !input.tagKeys?.includes(key ?? '')) });
  return {};
};

export const listTagsForResource: Operation<'sfn', 'ListTagsForResource', SfnState> = (input, _request, state) => ({
  tags: taggable(state, input.resourceArn).tags,
});

function taggable(state: SfnState, arn: string | undefined): Machine {
  const machine = state.machines.find(arn ?? '');
  if (!machine) throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
  return machine;
}
