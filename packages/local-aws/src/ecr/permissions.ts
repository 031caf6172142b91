import type { ServiceAuthorization } from '../kernel/service.ts';

export const ecrAuthorization: ServiceAuthorization<'ecr', undefined> = {
  prefix: 'ecr',
  permissions: {
    DescribeRepositories: ({ repositoryNames }, kernel) =>
      (repositoryNames ?? ['*']).map((name) => kernel.arn('ecr', `repository/${name}`)),
  },
};
