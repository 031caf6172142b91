import type { Kernel } from '../kernel/kernel.ts';
import { defineService } from '../kernel/service.ts';
import { Executions } from './executions.ts';
import { History } from './history.ts';
import { Interpreter } from './interpreter/interpreter.ts';
import type { Run } from './interpreter/run.ts';
import { Machines } from './machines.ts';
import { createStateMachine } from './operations/create-state-machine.ts';
import { deleteStateMachine } from './operations/delete-state-machine.ts';
import { describeExecution } from './operations/describe-execution.ts';
import { describeStateMachine } from './operations/describe-state-machine.ts';
import { describeStateMachineForExecution } from './operations/describe-state-machine-for-execution.ts';
import { getExecutionHistory } from './operations/get-execution-history.ts';
import { listExecutions } from './operations/list-executions.ts';
import { listStateMachines } from './operations/list-state-machines.ts';
import { startExecution } from './operations/start-execution.ts';
import { stopExecution } from './operations/stop-execution.ts';
import { listTagsForResource, tagResource, untagResource } from './operations/tag-resource.ts';
import { updateStateMachine } from './operations/update-state-machine.ts';
import { validateStateMachineDefinition } from './operations/validate-state-machine-definition.ts';
import { sfnAuthorization } from './permissions.ts';
import { stateMachineProvider } from './resources/state-machine.ts';

export interface SfnState extends Run {
  interpreter: Interpreter;
}

/** Step Functions: standard workflows in JSONata, run by an interpreter whose every transition is on disk. */
export const sfnService = defineService<'sfn', SfnState>({
  name: 'sfn',
  signingName: 'states',
  load: () => import('@aws-sdk/client-sfn'),
  create(kernel: Kernel) {
    const run: Run = {
      kernel,
      machines: new Machines(kernel.store),
      executions: new Executions(kernel.store),
      history: new History(kernel.store),
    };
    return { ...run, interpreter: new Interpreter(run) };
  },
  start: (state) => state.interpreter.resume(),
  close: (state) => state.interpreter.close(),
  authorization: sfnAuthorization,
  operations: {
    CreateStateMachine: createStateMachine,
    DeleteStateMachine: deleteStateMachine,
    DescribeExecution: describeExecution,
    DescribeStateMachine: describeStateMachine,
    DescribeStateMachineForExecution: describeStateMachineForExecution,
    GetExecutionHistory: getExecutionHistory,
    ListExecutions: listExecutions,
    ListStateMachines: listStateMachines,
    ListTagsForResource: listTagsForResource,
    StartExecution: startExecution,
    StopExecution: stopExecution,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateStateMachine: updateStateMachine,
    ValidateStateMachineDefinition: validateStateMachineDefinition,
  },
  resources: { 'AWS::StepFunctions::StateMachine': stateMachineProvider },
});
