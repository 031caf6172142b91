import { join } from 'node:path';
import type { Terminal } from '../output/terminal.ts';
import { laptopSettings } from '../platform/laptop-settings.ts';
import { startPlatform } from '../platform/local-platform.ts';

/** Runs the laptop mode until interrupted. */
export async function up(terminal: Terminal, { dataDir, port }: { dataDir: string; port: number }): Promise<void> {
  const framesDir = join(dataDir, 'frames');
  const platform = await startPlatform({ dataDir, port, settings: laptopSettings(process.env), framesDir, terminal });
  const { endpoint, region } = platform.context.connection;
  terminal.say(`
Assay runs at ${endpoint}. Its state is in ${dataDir}; Ctrl-C (or "npm run assay down") stops it, and nothing is lost.

  npm run assay import COCO.json DIR   photographs that are annotated already; 50 of them start a training
  npm run assay upload DIR             photographs to be labelled: your labelers answer through the worker API
                                       (packages/local-aws/src/sagemaker/labeling/README.md)
  npm run assay status                 where the chain stands
  npm run assay models                 what was trained, and "approve latest"
  npm run assay devices                what runs on the line

The classes are those that ASSAY_LABELING_CATEGORIES names at the start (e.g. scratch,dent); without it there is only scratch.

The device inspects pictures that appear in ${framesDir}/<station>/<part>/.
For the aws CLI and the SDKs:

  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_PROFILE=assay AWS_SHARED_CREDENTIALS_FILE=${join(dataDir, 'credentials')}
`);
  await interrupted();
  terminal.say('Stopping …');
  await platform.close();
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
