import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';

export const stsAuthorization: ServiceAuthorization<'sts', Kernel> = {
  prefix: 'sts',
  permissions: {
    AssumeRole: ({ RoleArn = '' }) => RoleArn,
    // "No permissions are required to perform this operation."
    GetCallerIdentity: () => [],
  },
};
