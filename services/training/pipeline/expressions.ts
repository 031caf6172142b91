/** Values of SageMaker's pipeline definition schema 2020-12-01 that are only known when the pipeline runs. */
export type Expression =
  | { readonly Get: string }
  | { readonly 'Std:Join': { readonly On: string; readonly Values: readonly Value[] } }
  | { readonly 'Std:JsonGet': { readonly PropertyFile: { readonly Get: string }; readonly Path: string } };

export type Value = string | number | Expression;

export function parameter(name: string): Expression {
  return { Get: `Parameters.${name}` };
}

export function execution(variable: 'PipelineExecutionId' | 'PipelineExecutionArn'): Expression {
  return { Get: `Execution.${variable}` };
}

/** A member of the answer to the Describe call of a step's job. */
export function stepProperty(step: string, path: string): Expression {
  return { Get: `Steps.${step}.${path}` };
}

/** Where a processing step's output lies in S3. */
export function outputOf(step: string, output: string): Expression {
  return stepProperty(step, `ProcessingOutputConfig.Outputs['${output}'].S3Output.S3Uri`);
}

export function join(on: string, ...values: readonly Value[]): Expression {
  return { 'Std:Join': { On: on, Values: values } };
}

/** A member of a JSON file that a processing step declared as a property file. */
export function jsonGet(step: string, propertyFile: string, path: string): Expression {
  return { 'Std:JsonGet': { PropertyFile: { Get: `Steps.${step}.PropertyFiles.${propertyFile}` }, Path: path } };
}
