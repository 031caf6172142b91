import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import type { CloudFormation } from './state.ts';

/** A stack's ARN ends in an id that its name doesn't tell. */
const stack = ({ StackName }: { StackName?: string | undefined }, kernel: Kernel) => {
  if (StackName === undefined) return '*';
  return StackName.startsWith('arn:') ? StackName : kernel.arn('cloudformation', `stack/${StackName}/*`);
};

/** What a stack's resources need is asked of the caller as they are made. */
export const cloudformationAuthorization: ServiceAuthorization<'cloudformation', CloudFormation> = {
  prefix: 'cloudformation',
  permissions: {
    CreateChangeSet: stack,
    CreateStack: stack,
    DeleteChangeSet: stack,
    DeleteStack: stack,
    DescribeChangeSet: stack,
    DescribeStackEvents: stack,
    DescribeStackResource: stack,
    DescribeStackResources: stack,
    DescribeStacks: stack,
    ExecuteChangeSet: stack,
    GetTemplate: stack,
    ListChangeSets: stack,
    ListExports: () => '*',
    ListImports: () => '*',
    ListStackResources: stack,
    ListStacks: () => '*',
    UpdateStack: stack,
    ValidateTemplate: () => '*',
  },
};
