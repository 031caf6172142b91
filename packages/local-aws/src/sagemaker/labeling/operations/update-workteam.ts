import type { Operation } from '../../../kernel/service.ts';
import type { LabelingState } from '../labeling.ts';
import { teamNamed, workteam } from './describe-workteam.ts';

export const updateWorkteam: Operation<'sagemaker', 'UpdateWorkteam', { labeling: LabelingState }> = (
  input,
  _request,
  { labeling: { kernel, teams } },
) => {
  const team = teamNamed(teams, input.WorkteamName);
  const { Description, MemberDefinitions, NotificationConfiguration } = input;
  const updated = {
    ...team,
    ...(Description !== undefined && { description: Description }),
    ...(MemberDefinitions && { members: MemberDefinitions }),
    ...(NotificationConfiguration && { notification: NotificationConfiguration }),
    modifiedAt: kernel.clock.now(),
  };
  teams.put(updated);
  return { Workteam: workteam(updated) };
};
