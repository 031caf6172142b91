import type { Operation } from '../../../kernel/service.ts';
import { page, sorted } from '../../pages.ts';
import type { LabelingState } from '../labeling.ts';
import { workteam } from './describe-workteam.ts';

export const listWorkteams: Operation<'sagemaker', 'ListWorkteams', { labeling: LabelingState }> = (
  input,
  _request,
  { labeling: { teams } },
) => {
  const named = teams.list().filter(({ name }) => name.includes(input.NameContains ?? ''));
  const by = input.SortBy === 'CreateDate' ? ('createdAt' as const) : ('name' as const);
  const { items, ...rest } = page(
    sorted(named, (team) => team[by], input.SortOrder),
    input,
  );
  return { Workteams: items.map(workteam), ...rest };
};
