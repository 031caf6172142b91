import type { Kernel } from '../kernel/kernel.ts';
import { defineService } from '../kernel/service.ts';
import { assumeRole } from './operations/assume-role.ts';
import { getCallerIdentity } from './operations/get-caller-identity.ts';
import { stsAuthorization } from './permissions.ts';

export const stsService = defineService<'sts', Kernel>({
  name: 'sts',
  signingName: 'sts',
  global: true,
  load: () => import('@aws-sdk/client-sts'),
  create: (kernel) => kernel,
  authorization: stsAuthorization,
  operations: { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity },
});
