import type { Operation } from '../../../kernel/service.ts';
import { page } from '../../pages.ts';
import { parseDefinition } from '../definition.ts';
import { parameterValues } from '../parameters.ts';
import { type Pipelines, requireExecution } from '../pipelines.ts';

/** All parameters with the values that the execution has, defaults included. */
export const listPipelineParametersForExecution: Operation<
  'sagemaker',
  'ListPipelineParametersForExecution',
  { pipelines: Pipelines }
> = ({ PipelineExecutionArn, MaxResults = 50, NextToken }, _request, { pipelines }) => {
  const { definition, parameters } = requireExecution(pipelines, PipelineExecutionArn);
  const values = Object.entries(parameterValues(parseDefinition(definition).parameters, parameters));
  const { items, ...next } = page(values, { MaxResults, NextToken });
  return { PipelineParameters: items.map(([Name, value]) => ({ Name, Value: String(value) })), ...next };
};
