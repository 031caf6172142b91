// The framework requires this file (`${file(./pipeline/serverless.js):definitionBody}`) and takes only .js: hence no types.
import { pipelineDefinition } from './definition.ts';
import { readPipelineSettings } from './settings.ts';

/** `PipelineDefinitionBody` with the stack's names still to be filled in by `Fn::Sub`. */
export async function definitionBody({ resolveVariable }) {
  const settings = readPipelineSettings(await resolveVariable('self:custom.pipeline'));
  return JSON.stringify(pipelineDefinition(settings));
}
