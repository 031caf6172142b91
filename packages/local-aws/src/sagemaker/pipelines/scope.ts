import { serviceRoleCaller } from '../../kernel/caller.ts';
import { describeProcessingJob } from '../jobs/processing-describe.ts';
import { describeTrainingJob } from '../jobs/training-describe.ts';
import { readText } from '../storage/s3-folder.ts';
import { joinS3Uri } from '../storage/s3-uri.ts';
import type { Definition } from './definition.ts';
import { parameterValues } from './parameters.ts';
import type { Execution, Pipelines, StepState } from './pipelines.ts';
import { valueAt } from './references.ts';
import type { Scope } from './resolve.ts';
import { StepFailure } from './step-failure.ts';

/** Who acts for an execution. */
export const executionCaller = ({ roleArn }: Execution) =>
  serviceRoleCaller('sagemaker.amazonaws.com', roleArn, 'SageMaker-Pipelines');

/** What the references of an execution's steps stand for. */
export function executionScope(pipelines: Pipelines, execution: Execution, definition: Definition): Scope {
  const { kernel } = pipelines;
  const s3 = { kernel, caller: executionCaller(execution) };
  const variables: Record<string, string> = {
    PipelineExecutionId: execution.id,
    PipelineExecutionArn: execution.arn,
    PipelineName: execution.pipeline,
    PipelineArn: execution.pipelineArn,
    StartDateTime: new Date(execution.startTime).toISOString(),
    CurrentDateTime: new Date(kernel.clock.now()).toISOString(),
  };
  const parameters = parameterValues(definition.parameters, execution.parameters);
  const properties = (name: string) => {
    const step = execution.steps[name];
    return step && describeStep(pipelines, execution, step);
  };
  return {
    async get({ root, name, path }) {
      if (root === 'Parameters') return parameters[name];
      if (root === 'Execution') return variables[name];
      return valueAt(await properties(name), path);
    },
    async propertyFile(stepName, fileName) {
      const step = definition.steps.find(({ Name }) => Name === stepName);
      const file = step?.PropertyFiles?.find(({ PropertyFileName }) => PropertyFileName === fileName);
      const path = `ProcessingOutputConfig.Outputs['${file?.OutputName}'].S3Output.S3Uri`;
      const uri = valueAt(await properties(stepName), path);
      if (!file || typeof uri !== 'string')
        throw new StepFailure(`ClientError: Step ${stepName} has no property file ${fileName}`);
      return readText(s3, joinS3Uri(uri, file.FilePath));
    },
    readText: (uri) => readText(s3, uri),
  };
}

/** What the Describe operation of a step's job or model package answers. */
async function describeStep(
  { jobs, kernel }: Pipelines,
  execution: Execution,
  { type, jobName = '', metadata }: StepState,
): Promise<unknown> {
  switch (type) {
    case 'Processing': {
      const job = jobs.processing.get(jobName);
      return job && describeProcessingJob(job);
    }
    case 'Training': {
      const job = jobs.training.get(jobName);
      return job && describeTrainingJob(job);
    }
    case 'RegisterModel': {
      const ModelPackageName = metadata.RegisterModel?.Arn ?? '';
      return kernel.call('sagemaker', 'DescribeModelPackage', { ModelPackageName }, executionCaller(execution));
    }
    case 'Condition':
      return metadata.Condition;
    case 'Fail':
      return undefined;
  }
}
