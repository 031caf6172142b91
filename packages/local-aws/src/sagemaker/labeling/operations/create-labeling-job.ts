import { randomInt } from 'node:crypto';
import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import type { LabelingState } from '../labeling.ts';
import { checkRequest, invalid } from '../request.ts';

export const createLabelingJob: Operation<'sagemaker', 'CreateLabelingJob', { labeling: LabelingState }> = (
  input,
  _request,
  { labeling },
) => {
  const { kernel, table, teams, lifecycle } = labeling;
  const team = teams.nameOf(input.HumanTaskConfig?.WorkteamArn);
  if (team === undefined) throw invalid(`Workteam ${input.HumanTaskConfig?.WorkteamArn} does not exist.`);
  const kind = checkRequest(input, team, kernel.region);
  const name = input.LabelingJobName ?? '';
  if (table.job(name))
    throw new AwsError(
      'ResourceInUse',
      `A labeling job with the name ${name} exists already: names are unique for good, regardless of case.`,
    );
  const arn = kernel.arn('sagemaker', `labeling-job/${name.toLowerCase()}`);
  const now = kernel.clock.now();
  const { Tags, ...request } = input;
  lifecycle.created({
    name,
    arn,
    request,
    kind,
    team,
    status: 'Initializing',
    referenceCode: Array.from({ length: 8 }, () => randomInt(36).toString(36)).join(''),
    createdAt: now,
    modifiedAt: now,
    tags: Tags ?? [],
    categories: [],
  });
  return { LabelingJobArn: arn };
};
