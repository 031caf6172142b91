import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { commonInput } from '../dataset/dataset.ts';
import { writeModel } from '../model/model-files.ts';
import { readCheckpoint, writeCheckpoint } from '../training/checkpoint.ts';
import { type TrainingOutcome, train } from '../training/train.ts';
import { readChannel } from './channel.ts';
import { type TrainingFolders, trainingFolders } from './folders.ts';
import { readHyperparameters, settingsOf } from './hyperparameters.ts';

export interface TrainingJobOptions {
  /** `/opt/ml` in a container. */
  readonly baseDir: string;
  /** Abort it on SIGTERM: the job writes a checkpoint and ends within seconds. SageMaker waits for two minutes. */
  readonly stop?: AbortSignal;
  /** Takes a line of the job's log; SageMaker reads the metrics out of it. */
  readonly print?: (line: string) => void;
  /** Milliseconds from some fixed point on. */
  readonly now?: () => number;
}

/** SageMaker shows this much of a failure's reason. */
const FAILURE_CHARACTERS = 1024;

/**
 * Runs a SageMaker training job: hyperparameters, channels `train` and `validation`, and a checkpoint if there is one,
 * in; `model/` (network, manifest, reference answers) and checkpoints out. Metrics are lines such as `val_map50=0.8123;`.
 * A stopped job leaves a checkpoint and no model.
 *
 * @returns the exit code: 0 when the job completed or was stopped; 1 when it failed, the reason being in
 * `output/failure`
 */
export async function runTrainingJob(options: TrainingJobOptions): Promise<number> {
  const { baseDir, print = console.log } = options;
  const folders = trainingFolders(baseDir);
  try {
    await runJob(options, folders, print);
    return 0;
  } catch (error) {
    print(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await mkdir(dirname(folders.failure), { recursive: true });
    await writeFile(folders.failure, reasonOf(error));
    return 1;
  }
}

async function runJob({ stop, now }: TrainingJobOptions, folders: TrainingFolders, print: (line: string) => void) {
  const hyperparameters = await readHyperparameters(folders.hyperparameters);
  const { imageSize, maxSeconds, seed, trainSha256, validationSha256 } = hyperparameters;
  const training = await readChannel(folders.channel('train'), imageSize, trainSha256);
  const validation = await readChannel(folders.channel('validation'), imageSize, validationSha256);
  const settings = settingsOf(hyperparameters, training.dataset.count);
  const { width, height } = commonInput(training.dataset, validation.dataset);
  print(
    `${training.dataset.count} images to train on, ${validation.dataset.count} to validate with; ` +
      `the model's input: ${width} × ${height} pixels; ${settings.steps} steps`,
  );

  const resumeFrom = await readCheckpoint(folders.checkpoint);
  if (resumeFrom) print(`resuming from the checkpoint of step ${resumeFrom.step}`);
  const outcome = await train({
    settings,
    training: training.dataset,
    validation: validation.dataset,
    maxSeconds,
    resumeFrom,
    stop,
    now,
    onStep: ({ step, classLoss, boxLoss, imagesPerSecond }) =>
      print(
        `step ${step} of ${settings.steps}: train_class_loss=${classLoss.toFixed(4)}; ` +
          `train_box_loss=${boxLoss.toFixed(4)}; images_per_second=${imagesPerSecond.toFixed(1)};`,
      ),
    onMeasured: ({ step, precision }) =>
      print(`measured at step ${step}: ${metric('val_map50', precision.ap50)} ${metric('val_map', precision.ap)}`),
    saveCheckpoint: (checkpoint) => writeCheckpoint(folders.checkpoint, checkpoint),
  });
  if (outcome.status === 'stopped') return print(`stopped at step ${outcome.step}; the checkpoint is written`);
  await writeModel(folders.model, outcome, validation, {
    seed,
    snapshot: training.snapshot,
    channels: { train: training.sha256, validation: validation.sha256 },
  });
  print(summary(outcome));
}

/** The last value of a metric is the one that SageMaker keeps: it has to be the model's own. */
function summary({ status, step, seconds, modelStep, precision }: TrainingOutcome): string {
  return (
    `${status} at step ${step} after ${seconds.toFixed(1)} s; the model is of step ${modelStep}: ` +
    `${metric('val_map50', precision?.ap50)} ${metric('val_map', precision?.ap)}`
  );
}

function metric(name: string, value: number | undefined): string {
  return value === undefined ? `no ${name}, as no validation image has an object.` : `${name}=${value.toFixed(4)};`;
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, FAILURE_CHARACTERS);
}
