import type { Operation } from '../../../kernel/service.ts';
import { hasEnded } from '../job.ts';
import type { LabelingState } from '../labeling.ts';
import { invalid } from '../request.ts';
import { teamNamed } from './describe-workteam.ts';

export const deleteWorkteam: Operation<'sagemaker', 'DeleteWorkteam', { labeling: LabelingState }> = (
  input,
  _request,
  { labeling: { table, teams } },
) => {
  const { name } = teamNamed(teams, input.WorkteamName);
  const busy = table.jobs().find((job) => job.team === name && !hasEnded(job));
  if (busy) throw invalid(`Workteam ${name} cannot be deleted while the labeling job ${busy.name} runs.`);
  return { Success: teams.delete(name) };
};
