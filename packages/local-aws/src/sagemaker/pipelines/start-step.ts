import { createHash } from 'node:crypto';
import { AwsError, messageOf } from '../../kernel/errors.ts';
import { cacheKey, findCached } from './cache.ts';
import { holds } from './conditions.ts';
import type { Definition, Step } from './definition.ts';
import { current, endStep, putStep } from './execution-state.ts';
import { createInput } from './job-input.ts';
import type { Execution, Pipelines, StepState } from './pipelines.ts';
import { isRecord } from './references.ts';
import { resolve } from './resolve.ts';
import { executionCaller, executionScope } from './scope.ts';
import { StepFailure } from './step-failure.ts';

/** Begins a step; a step without a job ends at once. What goes wrong is the step's failure, not ours. */
export async function startStep(pipelines: Pipelines, key: string, definition: Definition, step: Step): Promise<void> {
  const { clock } = pipelines.kernel;
  const execution = current(pipelines, key);
  const begun: StepState = {
    name: step.Name,
    type: step.Type,
    status: 'Starting',
    start: clock.now(),
    metadata: {},
    attempt: execution.attempt,
  };
  putStep(pipelines, key, begun);
  try {
    const resolved = await resolve(step.Arguments, executionScope(pipelines, execution, definition));
    if (!isRecord(resolved)) throw new StepFailure('ClientError: The arguments are no object');
    // Stopped while property files were read.
    if (current(pipelines, key).status !== 'Executing')
      return endStep(pipelines, key, step.Name, { status: 'Stopped' });
    await run(pipelines, key, execution, step, begun, resolved);
  } catch (error) {
    if (!(error instanceof StepFailure || error instanceof AwsError)) throw error;
    const reason = error instanceof AwsError ? `ClientError: ${error.code}: ${messageOf(error)}` : error.message;
    endStep(pipelines, key, step.Name, { status: 'Failed', failureReason: reason });
  }
}

async function run(
  pipelines: Pipelines,
  key: string,
  execution: Execution,
  step: Step,
  begun: StepState,
  resolved: Record<string, unknown>,
): Promise<void> {
  const { kernel } = pipelines;
  const caller = executionCaller(execution);
  switch (step.Type) {
    case 'Fail': {
      const ErrorMessage = String(resolved.ErrorMessage ?? '');
      const failed = { status: 'Failed' as const, failureReason: ErrorMessage, metadata: { Fail: { ErrorMessage } } };
      return endStep(pipelines, key, step.Name, failed);
    }
    case 'Condition': {
      const conditions = Array.isArray(resolved.Conditions) ? resolved.Conditions : [];
      const Outcome = conditions.every(holds) ? 'True' : 'False';
      return endStep(pipelines, key, step.Name, { status: 'Succeeded', metadata: { Condition: { Outcome } } });
    }
    case 'RegisterModel': {
      const input = createInput('CreateModelPackage', {
        MetadataProperties: { GeneratedBy: execution.arn },
        ...resolved,
        ClientToken: `${execution.id}-${step.Name}`.slice(0, 36),
      });
      const { ModelPackageArn } = await kernel.call('sagemaker', 'CreateModelPackage', input, caller);
      const metadata = { RegisterModel: { Arn: ModelPackageArn } };
      return endStep(pipelines, key, step.Name, { status: 'Succeeded', metadata });
    }
    case 'Processing':
    case 'Training':
      break;
  }
  const digest = step.CacheConfig?.Enabled ? cacheKey(step, resolved) : undefined;
  const cached = digest === undefined ? undefined : findCached(pipelines, execution, step, digest);
  if (cached) {
    const { metadata, jobName } = cached.step;
    const hit = { status: 'Succeeded' as const, metadata, jobName, cacheHit: cached.execution.arn };
    return endStep(pipelines, key, step.Name, hit);
  }
  const name = newJobName(execution.id, step.Name, begun.attempt);
  const metadata = step.Type === 'Processing' ? await createProcessing() : await createTraining();
  // In the same turn as the job: either both are stored, or none.
  putStep(pipelines, key, {
    ...begun,
    status: 'Executing',
    metadata,
    jobName: name,
    ...(digest !== undefined && { cacheKey: digest }),
  });

  async function createProcessing() {
    const input = createInput('CreateProcessingJob', { ...resolved, ProcessingJobName: name });
    const { ProcessingJobArn: Arn = '' } = await kernel.call('sagemaker', 'CreateProcessingJob', input, caller);
    pipelines.waiting.put(Arn, { execution: key });
    return { ProcessingJob: { Arn } };
  }

  async function createTraining() {
    const input = createInput('CreateTrainingJob', { ...resolved, TrainingJobName: name });
    const { TrainingJobArn: Arn = '' } = await kernel.call('sagemaker', 'CreateTrainingJob', input, caller);
    pipelines.waiting.put(Arn, { execution: key });
    return { TrainingJob: { Arn } };
  }
}

/** `pipelines-<execution>-<step>-<suffix>`, at most 63 characters. */
function newJobName(execution: string, step: string, attempt: number): string {
  const suffix = createHash('sha256').update(`${execution}/${step}/${attempt}`).digest('hex').slice(0, 10);
  const shortened = step.replaceAll('_', '-').slice(0, 28).replace(/-+$/, '');
  return `pipelines-${execution}-${shortened}-${suffix}`;
}
