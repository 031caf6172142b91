import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import type { LabelingState } from '../labeling.ts';
import { invalid } from '../request.ts';
import { PUBLIC_TEAM } from '../teams.ts';

export const createWorkteam: Operation<'sagemaker', 'CreateWorkteam', { labeling: LabelingState }> = (
  input,
  _request,
  { labeling: { kernel, teams } },
) => {
  const name = input.WorkteamName ?? '';
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(name) || name === PUBLIC_TEAM)
    throw invalid(
      `Value '${name}' at 'workteamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`,
    );
  if (teams.find(name)) throw new AwsError('ResourceInUse', `A workteam with the name ${name} exists already.`);
  const now = kernel.clock.now();
  const arn = teams.arn(name);
  teams.put({
    name,
    arn,
    description: input.Description ?? '',
    members: input.MemberDefinitions ?? [],
    ...(input.NotificationConfiguration && { notification: input.NotificationConfiguration }),
    createdAt: now,
    modifiedAt: now,
  });
  return { WorkteamArn: arn };
};
