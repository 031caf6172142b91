import type { PipelineExecutionStatus } from '@aws-sdk/client-sagemaker';
import { type Execution, executionKey, type Pipelines, type StepState } from './pipelines.ts';
import { emitExecutionChange, emitStepChange } from './status-events.ts';

/** The execution as it is stored now; it may have changed during any `await`. */
export function current(pipelines: Pipelines, key: string): Execution {
  const execution = pipelines.executions.get(key);
  if (!execution) throw new Error(`the pipeline execution ${key} is gone`);
  return execution;
}

/** Stores a step's state and says the event, when its status is another one than before. */
export function putStep(pipelines: Pipelines, key: string, step: StepState): void {
  const execution = current(pipelines, key);
  const previous = execution.steps[step.name]?.status;
  const next = {
    ...execution,
    lastModifiedTime: pipelines.kernel.clock.now(),
    steps: { ...execution.steps, [step.name]: step },
  };
  pipelines.executions.put(key, next);
  if (previous !== step.status) emitStepChange(pipelines, next, step, previous);
}

/** Ends a step that has begun. */
export function endStep(
  pipelines: Pipelines,
  key: string,
  name: string,
  end: Partial<StepState> & Pick<StepState, 'status'>,
): void {
  const step = current(pipelines, key).steps[name];
  if (step) putStep(pipelines, key, { ...step, ...end, end: pipelines.kernel.clock.now() });
}

/** Stores the execution's status and says the event. */
export function putStatus(
  pipelines: Pipelines,
  execution: Execution,
  status: PipelineExecutionStatus,
  failureReason?: string,
): void {
  const now = pipelines.kernel.clock.now();
  const ended = status === 'Succeeded' || status === 'Failed' || status === 'Stopped';
  const next: Execution = {
    ...execution,
    status,
    lastModifiedTime: now,
    ...(ended && { endTime: now }),
    ...(failureReason !== undefined && { failureReason: failureReason.slice(0, 1300) }),
  };
  pipelines.executions.put(executionKey(execution), next);
  emitExecutionChange(pipelines, next, execution.status);
}
