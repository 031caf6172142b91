import type { Operation } from '../../../kernel/service.ts';
import { type Pipelines, requirePipeline } from '../pipelines.ts';

export const describePipeline: Operation<'sagemaker', 'DescribePipeline', { pipelines: Pipelines }> = (
  { PipelineName },
  _request,
  { pipelines },
) => {
  const found = requirePipeline(pipelines, PipelineName);
  return {
    PipelineArn: found.arn,
    PipelineName: found.name,
    PipelineDisplayName: found.displayName ?? found.name,
    PipelineDefinition: found.definition,
    PipelineDescription: found.description,
    RoleArn: found.roleArn,
    PipelineStatus: 'Active',
    CreationTime: new Date(found.creationTime),
    LastModifiedTime: new Date(found.lastModifiedTime),
    ...(found.lastRunTime !== undefined && { LastRunTime: new Date(found.lastRunTime) }),
    CreatedBy: { IamIdentity: { Arn: found.createdBy } },
    ParallelismConfiguration: found.parallelism,
    PipelineVersionId: found.version,
  };
};
