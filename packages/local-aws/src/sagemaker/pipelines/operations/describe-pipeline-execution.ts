import type { Operation } from '../../../kernel/service.ts';
import { type Pipelines, requireExecution } from '../pipelines.ts';

export const describePipelineExecution: Operation<
  'sagemaker',
  'DescribePipelineExecution',
  { pipelines: Pipelines }
> = ({ PipelineExecutionArn }, _request, { pipelines }) => {
  const found = requireExecution(pipelines, PipelineExecutionArn);
  return {
    PipelineArn: found.pipelineArn,
    PipelineExecutionArn: found.arn,
    PipelineExecutionDisplayName: found.displayName,
    PipelineExecutionStatus: found.status,
    PipelineExecutionDescription: found.description,
    FailureReason: found.failureReason,
    CreationTime: new Date(found.startTime),
    LastModifiedTime: new Date(found.lastModifiedTime),
    CreatedBy: { IamIdentity: { Arn: found.createdBy } },
    ParallelismConfiguration: found.parallelism,
  };
};

export const describePipelineDefinitionForExecution: Operation<
  'sagemaker',
  'DescribePipelineDefinitionForExecution',
  { pipelines: Pipelines }
> = ({ PipelineExecutionArn }, _request, { pipelines }) => {
  const { definition, startTime } = requireExecution(pipelines, PipelineExecutionArn);
  return { PipelineDefinition: definition, CreationTime: new Date(startTime) };
};
