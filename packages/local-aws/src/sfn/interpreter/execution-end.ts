import type { Execution, ExecutionStatus } from '../executions.ts';
import type { EventDraft } from '../history.ts';
import type { Json } from '../json.ts';
import { type Failure, told } from './failure.ts';
import type { Frame } from './frame.ts';
import type { Run } from './run.ts';

export type End =
  | { status: 'SUCCEEDED'; output: Json }
  | { status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; failure: Partial<Failure> };

/**
 * Ends an execution: its threads stop, jobs that they wait for are stopped, and the world is told. `lastEvent` is the one
 * that its end follows from; 0 for an end that came from without.
 */
export function endExecution(run: Run, execution: Execution, end: End, lastEvent: number): void {
  const now = run.kernel.clock.now();
  execution.status = end.status;
  execution.stopDate = now;
  if (end.status === 'SUCCEEDED') execution.output = JSON.stringify(end.output);
  else Object.assign(execution, told(end.failure));
  run.history.append(execution.arn, now, lastEvent, endEvent(execution));
  const dimensions = { StateMachineArn: execution.machineArn };
  const failed = end.status === 'FAILED' ? 1 : 0;
  run.kernel.metrics.add({ namespace: 'AWS/States', name: 'ExecutionsFailed', dimensions }, failed);
  run.executions.put(execution);
  for (const frame of run.executions.framesOf(execution.arn)) removeFrame(run, execution, frame);
  run.kernel.outbox.cancel(deadlineId(execution.arn));
  tellStatus(run, execution);
  const machine = run.machines.find(execution.machineArn);
  if (machine?.status === 'DELETING') forgetMachine(run, machine.arn);
}

/** Removes a machine that is being deleted, once none of its executions runs. */
export function forgetMachine(run: Run, arn: string): void {
  if (run.executions.running(arn) > 0) return;
  for (const execution of run.executions.list(arn, undefined, -1, 0)) run.history.deleteOf(execution.arn);
  run.executions.deleteOf(arn);
  run.machines.delete(arn);
}

/** Removes a thread with its timers; a job that it waits for is stopped, as AWS does. */
export function removeFrame(run: Run, execution: Execution, frame: Frame): void {
  stopJob(run, execution, frame);
  run.kernel.outbox.cancel(timerId(frame.id));
  run.kernel.outbox.cancel(`sfn:step:${frame.id}`);
  run.executions.deleteFrame(frame.id);
}

export function stopJob(run: Run, { roleArn, name }: Execution, { phase, job }: Frame): void {
  if (phase === 'job' && job !== undefined)
    run.kernel.outbox.add('sfn:stop-job', { job, roleArn, execution: name }, { id: `sfn:stop-job:${job}` });
}

export const timerId = (frameId: string) => `sfn:timer:${frameId}`;
export const deadlineId = (executionArn: string) => `sfn:deadline:${executionArn}`;

const END_TYPES = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
  RUNNING: 'ExecutionStarted',
} as const satisfies Record<ExecutionStatus, EventDraft['type']>;

function endEvent({ status, output, error, cause }: Execution): EventDraft {
  const type = END_TYPES[status];
  if (type === 'ExecutionSucceeded')
    return { type, executionSucceededEventDetails: { output, outputDetails: { truncated: false } } };
  const details = { error, cause };
  if (type === 'ExecutionTimedOut') return { type, executionTimedOutEventDetails: details };
  if (type === 'ExecutionAborted') return { type, executionAbortedEventDetails: details };
  return { type, executionFailedEventDetails: details };
}

/** Payloads that would make the event too large are left out ("EventBridge for Step Functions execution status changes"). */
const LONGEST_EVENT = 248_000;

export function tellStatus(run: Run, execution: Execution): void {
  const { input, output } = execution;
  const fits = Buffer.byteLength(input) + Buffer.byteLength(output ?? '') <= LONGEST_EVENT;
  run.kernel.emitEvent({
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [execution.arn],
    detail: {
      executionArn: execution.arn,
      stateMachineArn: execution.machineArn,
      name: execution.name,
      status: execution.status,
      startDate: execution.startDate,
      stopDate: execution.stopDate ?? null,
      input: fits ? input : null,
      output: fits ? (output ?? null) : null,
      inputDetails: { included: fits },
      outputDetails: output === undefined ? null : { included: fits },
      error: execution.error ?? null,
      cause: execution.cause ?? null,
    },
  });
}
