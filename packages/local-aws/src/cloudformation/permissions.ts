import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import { type CloudFormation, findChangeSet, findStack } from './state.ts';

/** A stack's ARN ends in an id; one that is not there yet has none. */
const stack = ({ StackName }: { StackName?: string | undefined }, kernel: Kernel, cfn: CloudFormation) => {
  if (StackName === undefined) return '*';
  if (StackName.startsWith('arn:')) return StackName;
  return findStack(cfn, StackName)?.id ?? kernel.arn('cloudformation', `stack/${StackName}/*`);
};
/** A change set's own ARN says nothing of the stack that it is for, whatever stack is named beside it. */
const ofChangeSet = (
  { ChangeSetName, ...input }: { ChangeSetName: string | undefined; StackName?: string | undefined },
  kernel: Kernel,
  cfn: CloudFormation,
) => findChangeSet(cfn, ChangeSetName)?.stackId ?? stack(input, kernel, cfn);

/** What a stack's resources need is asked of the caller as they are made. */
export const cloudformationAuthorization: ServiceAuthorization<'cloudformation', CloudFormation> = {
  prefix: 'cloudformation',
  permissions: {
    CreateChangeSet: stack,
    CreateStack: stack,
    DeleteChangeSet: ofChangeSet,
    DeleteStack: stack,
    DescribeChangeSet: ofChangeSet,
    DescribeStackEvents: stack,
    DescribeStackResource: stack,
    DescribeStackResources: stack,
    DescribeStacks: stack,
    ExecuteChangeSet: ofChangeSet,
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
