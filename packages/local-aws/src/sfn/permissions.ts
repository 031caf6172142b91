import { passRole } from '../kernel/authorization/permission.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import type { SfnState } from './service.ts';

const PRINCIPAL = 'states.amazonaws.com';

const machine = ({ stateMachineArn }: { stateMachineArn?: string | undefined }) => stateMachineArn ?? '';
const execution = ({ executionArn }: { executionArn?: string | undefined }) => executionArn ?? '';
const tagged = ({ resourceArn }: { resourceArn?: string | undefined }) => resourceArn ?? '';

export const sfnAuthorization: ServiceAuthorization<'sfn', SfnState> = {
  prefix: 'states',
  permissions: {
    CreateStateMachine: ({ name, roleArn }, kernel) => [
      kernel.arn('states', `stateMachine:${name}`),
      ...passRole(roleArn, PRINCIPAL),
    ],
    DeleteStateMachine: machine,
    DescribeExecution: execution,
    DescribeStateMachine: machine,
    DescribeStateMachineForExecution: execution,
    GetExecutionHistory: execution,
    ListExecutions: machine,
    ListStateMachines: () => '*',
    ListTagsForResource: tagged,
    StartExecution: machine,
    StopExecution: execution,
    TagResource: tagged,
    UntagResource: tagged,
    UpdateStateMachine: (input) => [machine(input), ...passRole(input.roleArn, PRINCIPAL)],
    ValidateStateMachineDefinition: () => '*',
  },
};
