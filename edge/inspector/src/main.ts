import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { systemClock } from './clock.ts';
import { connectToNucleus } from './greengrass.ts';
import { identifyModel, loadModel } from './model.ts';
import { readSettings } from './settings.ts';
import { type Station, startStation } from './station.ts';

const environmentSchema = z.object({
  AWS_IOT_THING_NAME: z.string().min(1),
  /** `{com.assay.model:artifacts:path}`, by the recipe. */
  ASSAY_MODEL_PATH: z.string().min(1),
});

function report(message: string, error?: unknown): void {
  const cause =
    error === undefined ? '' : `: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  process.stderr.write(`${new Date().toISOString()} ${message}${cause}\n`);
}

/** The component's process, started by the nucleus (see recipe.json). */
async function main(): Promise<void> {
  const environment = environmentSchema.safeParse(process.env);
  if (!environment.success)
    throw new Error(`this process is started by a Greengrass nucleus: ${z.prettifyError(environment.error)}`);
  const { AWS_IOT_THING_NAME: thing, ASSAY_MODEL_PATH: modelFolder } = environment.data;
  const nucleus = await connectToNucleus(report);
  const model = identifyModel(modelFolder, await nucleus.configuration('com.assay.model'));
  const s3 = new S3Client({});
  let stopping = false;
  let turn: Promise<void> = Promise.resolve();
  let stop = async () => {};

  /** Stops what runs and starts with the configuration as it is now. */
  const start = async () => {
    await stop();
    stop = async () => {};
    if (stopping) return;
    const settings = readSettings(await nucleus.configuration());
    const inspector = await loadModel(modelFolder, settings);
    const common = { thing, workFolder: process.cwd(), clock: systemClock, publish: nucleus.publish, report };
    const station: Station = await startStation({ ...common, settings, inspector, model, s3 });
    stop = async () => {
      await station.stop();
      await inspector.close();
    };
  };
  /** One after the other: starts, restarts and the end. */
  const inTurn = (work: () => Promise<void>) => {
    turn = turn.then(work);
    return turn;
  };
  const end = (code: number) => {
    stopping = true;
    inTurn(() => stop())
      .then(() => nucleus.close())
      .then(
        () => process.exit(code),
        (error: unknown) => {
          report('the inspector did not stop in an orderly way', error);
          process.exit(1);
        },
      );
  };
  process.once('SIGTERM', () => end(0));
  process.once('SIGINT', () => end(0));

  await inTurn(start);
  await nucleus.onConfigurationChange(() => {
    inTurn(start).then(
      () => report('inspecting with the new configuration'),
      (error: unknown) => {
        report('the new configuration is not usable', error);
        end(1);
      },
    );
  });
  await nucleus.beforeUpdates(() => turn);
  nucleus.onDisconnect(() => {
    report('the nucleus is gone; it starts this component again when it is back');
    end(1);
  });
  await nucleus.running();
  report(`inspecting with model ${model.modelVersion} (${model.modelPackageArn})`);
}

main().catch((error: unknown) => {
  report('the inspector could not start', error);
  // The log's last line is what the device tells of a component that doesn't come up.
  report(`the inspector could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
