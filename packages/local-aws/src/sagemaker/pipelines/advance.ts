import type { StepStatus } from '@aws-sdk/client-sagemaker';
import { type Definition, parseDefinition, type Step } from './definition.ts';
import { current, endStep, putStatus, putStep } from './execution-state.ts';
import type { Execution, Pipelines, StepState } from './pipelines.ts';
import { executionCaller } from './scope.ts';
import { startStep } from './start-step.ts';

const RUNNING: readonly StepStatus[] = ['Starting', 'Executing', 'Stopping'];
const isRunning = ({ status }: StepState) => RUNNING.includes(status);

/**
 * Takes an execution as far as it goes: ends steps whose jobs have ended, begins those that are ready, ends the execution.
 * It is called again when a job ends. Everything that it knows is in the store, so that a restart finds it as it was.
 */
export async function advance(pipelines: Pipelines, key: string): Promise<void> {
  for (;;) {
    const stored = pipelines.executions.get(key);
    if (!stored || (stored.status !== 'Executing' && stored.status !== 'Stopping')) return;
    for (const step of Object.values(stored.steps)) if (isRunning(step)) follow(pipelines, key, step);
    const execution = current(pipelines, key);
    const steps = Object.values(execution.steps);
    const running = steps.filter(isRunning);
    const failed = steps.some(({ status }) => status === 'Failed');
    if (execution.status === 'Stopping') {
      if (running.length > 0) return stopJobs(pipelines, key, running);
      return putStatus(pipelines, execution, 'Stopped');
    }
    if (failed || steps.some(({ status }) => status === 'Stopped')) {
      // Steps that run beside the one that failed finish first.
      if (running.length > 0) return;
      const reason = 'Step failure: One or multiple steps failed.';
      return putStatus(pipelines, execution, failed ? 'Failed' : 'Stopped', failed ? reason : undefined);
    }
    const definition = parseDefinition(execution.definition);
    const limit = (execution.parallelism?.MaxParallelExecutionSteps ?? 50) - running.length;
    const ready = readySteps(definition, execution).slice(0, Math.max(0, limit));
    if (ready.length === 0) {
      if (running.length === 0) putStatus(pipelines, execution, 'Succeeded');
      return;
    }
    for (const step of ready) await startStep(pipelines, key, definition, step);
  }
}

function readySteps({ steps }: Definition, execution: Execution): Step[] {
  return steps.filter(
    ({ Name, needs, branch }) =>
      execution.steps[Name] === undefined &&
      needs.every((need) => execution.steps[need]?.status === 'Succeeded') &&
      (!branch || execution.steps[branch.condition]?.metadata.Condition?.Outcome === branch.outcome),
  );
}

/** Ends a step whose job has ended. A step that a crash caught before its job was made is begun anew. */
function follow(pipelines: Pipelines, key: string, step: StepState): void {
  const { jobs } = pipelines;
  const job = (step.type === 'Processing' ? jobs.processing : jobs.training).get(step.jobName ?? '');
  if (!job) {
    const { [step.name]: _begun, ...others } = current(pipelines, key).steps;
    pipelines.executions.put(key, { ...current(pipelines, key), steps: others });
    return;
  }
  if (job.status === 'Completed') endStep(pipelines, key, step.name, { status: 'Succeeded' });
  else if (job.status === 'Stopped')
    endStep(pipelines, key, step.name, { status: 'Stopped', failureReason: 'ClientError: The job was stopped.' });
  else if (job.status === 'Failed') {
    const failureReason = job.failureReason ?? 'The job failed';
    endStep(pipelines, key, step.name, { status: 'Failed', failureReason });
  }
}

async function stopJobs(pipelines: Pipelines, key: string, running: StepState[]): Promise<void> {
  const { kernel } = pipelines;
  const caller = executionCaller(current(pipelines, key));
  for (const step of running) {
    if (step.status === 'Stopping') continue;
    putStep(pipelines, key, { ...step, status: 'Stopping' });
    if (step.type === 'Processing')
      await kernel.call('sagemaker', 'StopProcessingJob', { ProcessingJobName: step.jobName }, caller);
    else await kernel.call('sagemaker', 'StopTrainingJob', { TrainingJobName: step.jobName }, caller);
  }
}
