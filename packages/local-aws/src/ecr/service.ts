import { defineService } from '../kernel/service.ts';
import { describeRepositories } from './operations/describe-repositories.ts';
import { ecrAuthorization } from './permissions.ts';

export const ecrService = defineService<'ecr', undefined>({
  name: 'ecr',
  signingName: 'ecr',
  load: () => import('@aws-sdk/client-ecr'),
  create: () => undefined,
  authorization: ecrAuthorization,
  operations: { DescribeRepositories: describeRepositories },
});
