/** Keys in the training bucket below which everything of one pipeline execution lies, by its id. */
export const RUNS = 'runs';
export const MODELS = 'models';
export const CHECKPOINTS = 'checkpoints';

/** The outputs of the pipeline's processing steps and the files in them that others read. */
export const EVALUATION_FILE = 'evaluation/evaluation.json';
export const REPORT_FILE = 'evaluation/report.html';
export const MODEL_FILE = 'model/model.tar.gz';

export interface RunLocations {
  readonly evaluationUri: string;
  readonly reportUri: string;
}

/** @param executionArn `…:pipeline/<name>/execution/<id>` */
export function runLocations(bucket: string, executionArn: string): RunLocations {
  const run = `s3://${bucket}/${RUNS}/${executionIdOf(executionArn)}`;
  return { evaluationUri: `${run}/${EVALUATION_FILE}`, reportUri: `${run}/${REPORT_FILE}` };
}

function executionIdOf(executionArn: string): string {
  const id = executionArn.split('/').at(-1);
  if (!id) throw new Error(`${executionArn} isn't the ARN of a pipeline execution`);
  return id;
}
