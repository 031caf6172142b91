import { defineService } from '../kernel/service.ts';
import { handleOperations } from './engine/operation.ts';
import {
  createChangeSet,
  deleteChangeSet,
  describeChangeSet,
  executeChangeSet,
  listChangeSets,
} from './operations/change-sets.ts';
import { describeStacks, listStacks } from './operations/describe-stacks.ts';
import {
  describeStackEvents,
  describeStackResource,
  describeStackResources,
  getTemplate,
  listExports,
  listImports,
  listStackResources,
  validateTemplate,
} from './operations/stack-contents.ts';
import { createStack, deleteStack, updateStack } from './operations/stack-operations.ts';
import { cloudformationAuthorization } from './permissions.ts';
import { type CloudFormation, createState } from './state.ts';

export const cloudformationService = defineService<'cloudformation', CloudFormation>({
  name: 'cloudformation',
  signingName: 'cloudformation',
  load: () => import('@aws-sdk/client-cloudformation'),
  create(kernel) {
    const cfn = createState(kernel);
    handleOperations(cfn);
    return cfn;
  },
  async close(cfn) {
    cfn.closing = true;
    await Promise.allSettled(cfn.running);
  },
  authorization: cloudformationAuthorization,
  operations: {
    CreateChangeSet: createChangeSet,
    CreateStack: createStack,
    DeleteChangeSet: deleteChangeSet,
    DeleteStack: deleteStack,
    DescribeChangeSet: describeChangeSet,
    DescribeStackEvents: describeStackEvents,
    DescribeStackResource: describeStackResource,
    DescribeStackResources: describeStackResources,
    DescribeStacks: describeStacks,
    ExecuteChangeSet: executeChangeSet,
    GetTemplate: getTemplate,
    ListChangeSets: listChangeSets,
    ListExports: listExports,
    ListImports: listImports,
    ListStackResources: listStackResources,
    ListStacks: listStacks,
    UpdateStack: updateStack,
    ValidateTemplate: validateTemplate,
  },
});
