import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { taskHandler } from '@assay/lambda-kit';
import { z } from 'zod';
import { assemble as assembleWorld, configSchema } from '../../adapters/world.ts';
import { collectRun } from '../../domain/collect-run.ts';

const schema = z.object({ runId: z.string().min(1), executionArn: z.string().min(1) });

/** The worker templates lie beside the bundle, as in the repository. */
const template = (name: string) =>
  readFileSync(join(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), 'templates', `${name}.liquid.html`), 'utf8');

const assemble = (config: z.output<typeof configSchema>) => ({
  world: assembleWorld(config),
  templates: { boxes: template('boxes'), verification: template('verification') },
});

/** First step of a run: takes images and writes what its jobs read. */
export const handler = taskHandler({ schema, config: configSchema, assemble }, (run, { deps }) =>
  collectRun(deps.world, deps.templates, run),
);
