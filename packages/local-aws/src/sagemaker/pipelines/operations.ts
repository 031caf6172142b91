import type { Operations } from '../../kernel/service.ts';
import { createPipeline } from './operations/create-pipeline.ts';
import { deletePipeline } from './operations/delete-pipeline.ts';
import { describePipeline } from './operations/describe-pipeline.ts';
import {
  describePipelineDefinitionForExecution,
  describePipelineExecution,
} from './operations/describe-pipeline-execution.ts';
import { listPipelineExecutionSteps } from './operations/list-pipeline-execution-steps.ts';
import { listPipelineExecutions } from './operations/list-pipeline-executions.ts';
import { listPipelineParametersForExecution } from './operations/list-pipeline-parameters-for-execution.ts';
import { listPipelines } from './operations/list-pipelines.ts';
import { retryPipelineExecution } from './operations/retry-pipeline-execution.ts';
import { startPipelineExecution } from './operations/start-pipeline-execution.ts';
import { stopPipelineExecution } from './operations/stop-pipeline-execution.ts';
import { updatePipeline } from './operations/update-pipeline.ts';
import type { Pipelines } from './pipelines.ts';

export const pipelineOperations = {
  CreatePipeline: createPipeline,
  DeletePipeline: deletePipeline,
  DescribePipeline: describePipeline,
  DescribePipelineDefinitionForExecution: describePipelineDefinitionForExecution,
  DescribePipelineExecution: describePipelineExecution,
  ListPipelineExecutionSteps: listPipelineExecutionSteps,
  ListPipelineExecutions: listPipelineExecutions,
  ListPipelineParametersForExecution: listPipelineParametersForExecution,
  ListPipelines: listPipelines,
  RetryPipelineExecution: retryPipelineExecution,
  StartPipelineExecution: startPipelineExecution,
  StopPipelineExecution: stopPipelineExecution,
  UpdatePipeline: updatePipeline,
} satisfies Operations<'sagemaker', { pipelines: Pipelines }>;
