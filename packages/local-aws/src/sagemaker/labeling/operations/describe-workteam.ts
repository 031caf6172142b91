import type { Workteam } from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import type { LabelingState } from '../labeling.ts';
import type { Team, Teams } from '../teams.ts';

export const describeWorkteam: Operation<'sagemaker', 'DescribeWorkteam', { labeling: LabelingState }> = (
  input,
  _request,
  { labeling: { teams } },
) => ({ Workteam: workteam(teamNamed(teams, input.WorkteamName)) });

export function teamNamed(teams: Teams, name: string | undefined): Team {
  const team = teams.find(name ?? '');
  if (!team) throw new AwsError('ValidationException', `Workteam ${name} does not exist.`);
  return team;
}

export const workteam = (team: Team): Workteam => ({
  WorkteamName: team.name,
  WorkteamArn: team.arn,
  Description: team.description,
  MemberDefinitions: team.members,
  NotificationConfiguration: team.notification,
  CreateDate: new Date(team.createdAt),
  LastUpdatedDate: new Date(team.modifiedAt),
});
