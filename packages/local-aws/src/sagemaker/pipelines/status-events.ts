import type { PipelineExecutionStepMetadata } from '@aws-sdk/client-sagemaker';
import type { Execution, Pipelines, StepState } from './pipelines.ts';

/** ISO 8601 in whole seconds, as SageMaker's events have it. */
const seconds = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

/** `SageMaker Model Building Pipeline Execution Status Change`: camelCase, unlike SageMaker's other events. */
export function emitExecutionChange({ kernel }: Pipelines, execution: Execution, previous?: string): void {
  kernel.emitEvent({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Model Building Pipeline Execution Status Change',
    resources: [execution.pipelineArn, execution.arn],
    detail: {
      pipelineExecutionDisplayName: execution.displayName ?? '',
      currentPipelineExecutionStatus: execution.status,
      ...(previous !== undefined && { previousPipelineExecutionStatus: previous }),
      executionStartTime: seconds(execution.startTime),
      ...(execution.endTime !== undefined && { executionEndTime: seconds(execution.endTime) }),
      pipelineExecutionDescription: execution.description ?? '',
      pipelineArn: execution.pipelineArn,
      pipelineExecutionArn: execution.arn,
    },
  });
}

/** `SageMaker Model Building Pipeline Execution Step Status Change`. */
export function emitStepChange({ kernel }: Pipelines, execution: Execution, step: StepState, previous?: string): void {
  kernel.emitEvent({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Model Building Pipeline Execution Step Status Change',
    resources: [execution.pipelineArn, execution.arn],
    detail: {
      metadata: camelCase(step.metadata),
      stepName: step.name,
      stepType: step.type,
      ...(previous !== undefined && { previousStepStatus: previous }),
      currentStepStatus: step.status,
      stepStartTime: seconds(step.start),
      ...(step.end !== undefined && { stepEndTime: seconds(step.end) }),
      ...(step.failureReason !== undefined && { failureReason: step.failureReason }),
      ...(step.cacheHit !== undefined && { cacheHitResult: { sourcePipelineExecutionArn: step.cacheHit } }),
      pipelineArn: execution.pipelineArn,
      pipelineExecutionArn: execution.arn,
    },
  });
}

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const camelCase = (metadata: PipelineExecutionStepMetadata) =>
  Object.fromEntries(
    Object.entries(metadata).map(([kind, members]) => [
      lowerFirst(kind),
      Object.fromEntries(Object.entries(members).map(([name, value]) => [lowerFirst(name), value])),
    ]),
  );
