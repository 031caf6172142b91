import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';

/** No repository exists here: functions are deployed as zips, and jobs' images are commands. The deploy tool asks at `remove`. */
export const describeRepositories: Operation<'ecr', 'DescribeRepositories', undefined> = (input, { account }) => {
  const name = input.repositoryNames?.[0];
  if (name === undefined) return { repositories: [] };
  throw new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${account}'`,
  );
};
