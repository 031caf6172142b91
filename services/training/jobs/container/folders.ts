import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Where SageMaker mounts everything in a container; on a laptop a job gets a folder of its own instead. */
export const baseFolder = process.env.SAGEMAKER_BASE_DIR ?? '/opt/ml';

/** For what a job needs while it runs: on the volume that the inputs and outputs are on, which is sized for data. */
export const workingFolder = join(baseFolder, 'processing', 'working');

export function inputFolder(name: string): string {
  return join(baseFolder, 'processing', 'input', name);
}

export function outputFolder(name: string): string {
  return join(baseFolder, 'processing', 'output', name);
}

const processingJobConfig = z.object({
  ProcessingOutputConfig: z.object({
    Outputs: z.array(z.object({ OutputName: z.string(), S3Output: z.object({ S3Uri: z.string() }) })),
  }),
});

/**
 * Where in S3 an output folder of this processing job will be uploaded to, without a slash at its end.
 *
 * @see "Build Your Own Processing Container" in SageMaker's guide: `processingjobconfig.json`
 */
export async function outputUri(name: string): Promise<string> {
  const file = join(baseFolder, 'config', 'processingjobconfig.json');
  const config = processingJobConfig.parse(JSON.parse(await readFile(file, 'utf8')));
  const output = config.ProcessingOutputConfig.Outputs.find(({ OutputName }) => OutputName === name);
  if (!output) throw new Error(`${file} has no output ${name}; add it to the pipeline's step`);
  return output.S3Output.S3Uri.replace(/\/$/, '');
}
