import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  parseHyperparameters,
  readCheckpoint,
  settingsOf,
  type TrainingOutcome,
  TrainingRefused,
  train as trainDetector,
  writeCheckpoint,
  writeModel,
} from '@assay/detector';
import { CliError } from '../cli-error.ts';
import { type CocoDataset, readCoco } from '../dataset/coco.ts';
import type { Terminal } from '../output/terminal.ts';
import { type AnnotatedImages, loadDataset, refuseSharedImages } from '../training/load-dataset.ts';
import { startReport } from '../training/progress-report.ts';
import { type RunFiles, runFiles } from '../training/run-files.ts';
import { refuseSharedGroups, splitByGroup, splitByList } from '../training/split.ts';

export interface TrainOptions {
  /** COCO JSON. */
  readonly data: string;
  readonly images?: string;
  readonly validation?: string;
  readonly splits?: string;
  readonly output: string;
  readonly resume: boolean;
  /** As the training job takes them: text. */
  readonly hyperparameters: Readonly<Record<string, string | undefined>>;
  /** Ends the training with a checkpoint. */
  readonly stop: AbortSignal;
}

/** Trains a detector on images of this machine, outside of the chain. */
export async function train(terminal: Terminal, options: TrainOptions): Promise<void> {
  const { output, stop } = options;
  const hyperparameters = readOptions(options.hyperparameters);
  const files = runFiles(output);
  const resumeFrom = await checkpointOf(files);
  if (resumeFrom && !options.resume)
    throw new CliError(
      `${output} holds a training that was interrupted at step ${resumeFrom.step}.`,
      'Go on with it by --resume, or give another folder by --output.',
    );
  if (!resumeFrom && options.resume)
    throw new CliError(
      `${output} holds no training that was interrupted.`,
      'Leave --resume out to train from the start, or name the folder of the interrupted one by --output.',
    );
  // An interrupted end has both, a model or a part of it and its checkpoint: it is gone on with.
  if (!resumeFrom && existsSync(files.model))
    throw new CliError(
      `${files.model} is the model of a training that is over: another one would replace it.`,
      `Give another folder by --output, or delete ${output}.`,
    );
  const annotations = await readCoco(options.data);
  // Now: until the training ends, somebody may have edited or moved the file.
  const snapshot = { uri: pathToFileURL(resolve(options.data)).href, sha256: await digestOf(options.data) };
  const sides = await sidesOf(options, annotations, hyperparameters.seed);
  const format = { names: annotations.classes, imageSize: hyperparameters.imageSize };
  const training = await loadDataset(sides.train, format);
  const validation = await loadDataset(sides.validation, format);
  refuseSharedImages({ ...sides.train, dataset: training }, { ...sides.validation, dataset: validation });
  sayCrowds(terminal, sides);
  const settings = settingsOf(hyperparameters, training.count);

  await mkdir(output, { recursive: true });
  const images = { train: training.count, validation: validation.count };
  const report = await startReport(terminal, files, { images, settings, from: resumeFrom?.step ?? 0 });
  const outcome = await trainDetector({
    settings,
    training,
    validation,
    maxSeconds: hyperparameters.maxSeconds,
    resumeFrom,
    stop,
    onStep: (step) => report.step(step),
    onMeasured: (measurement) => report.measured(measurement),
    saveCheckpoint: (checkpoint) => writeCheckpoint(files.checkpoint, checkpoint),
  }).catch((cause: unknown) => {
    if (!(cause instanceof TrainingRefused)) throw cause;
    throw new CliError(
      `The training was refused: ${cause.message}.`,
      'Correct the annotations or options, and start again.',
      { cause },
    );
  });
  await report.end(outcome);
  if (outcome.status === 'stopped') {
    const { status, step } = outcome;
    terminal.result(
      { status, step, checkpoint: files.checkpoint, page: files.page },
      () => `Stopped at step ${step}. The same command with --resume goes on.`,
    );
    return;
  }
  const imageIds = sides.validation.images.map(({ fileName }) => fileName);
  await writeModel(files.model, outcome, { dataset: validation, imageIds }, { seed: settings.seed, snapshot });
  // What is over can't be gone on with.
  await rm(files.checkpoint, { force: true });
  sayResult(terminal, outcome, files);
}

async function checkpointOf({ checkpoint }: RunFiles) {
  try {
    return await readCheckpoint(checkpoint);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'Delete the damaged checkpoint, or give another folder by --output.';
    throw new CliError(`The training can't be gone on with: ${reason}.`, remedy, { cause });
  }
}

function readOptions(values: TrainOptions['hyperparameters']) {
  try {
    return parseHyperparameters(values);
  } catch (cause) {
    throw new CliError(cause instanceof Error ? cause.message : String(cause), 'See "assay train --help".', { cause });
  }
}

async function digestOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** Images of both sides, and where each side's files are. */
async function sidesOf(options: TrainOptions, { images, classes }: CocoDataset, seed: number) {
  const { data, validation, splits } = options;
  const from = (file: string) => ({ file, folder: options.images ?? join(dirname(file), 'images') });
  if (validation !== undefined) {
    const held = await readCoco(validation);
    if (JSON.stringify(held.classes) !== JSON.stringify(classes))
      throw new CliError(
        `${data} and ${validation} have other categories, or in another order.`,
        'Export both from one project.',
      );
    refuseSharedGroups({ train: images, validation: held.images }, `A training validated with ${validation}`);
    return { train: { images, ...from(data) }, validation: { images: held.images, ...from(validation) } };
  }
  const split =
    splits === undefined ? splitByGroup(images, seed) : splitByList(images, await readSplits(splits), splits);
  return {
    train: { images: split.train, ...from(data) },
    validation: { images: split.validation, ...from(data) },
  };
}

/** They are taken as COCO's own evaluation takes them. Who has single objects marked so loses them, and learns it here. */
function sayCrowds(terminal: Terminal, { train, validation }: Record<'train' | 'validation', AnnotatedImages>): void {
  const count = (side: AnnotatedImages) => side.images.reduce((sum, { crowds }) => sum + crowds.length, 0);
  if (count(train) + count(validation) === 0) return;
  terminal.say(
    `Regions of many objects (iscrowd 1): ${count(train)} to train on, which are taken for background, and ` +
      `${count(validation)} to validate with, in which finds are neither right nor wrong. Where one is a single object, give it iscrowd 0.`,
  );
}

async function readSplits(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError(`The splits ${path} can't be read.`, 'Name a JSON file with lists of file names.', { cause });
  }
}

function sayResult(terminal: Terminal, outcome: TrainingOutcome, { model, page }: RunFiles): void {
  const { status, step, modelStep, precision } = outcome;
  const { ap50, ap } = precision ?? {};
  terminal.result({ status, step, modelStep, ap50, ap, model, page }, () =>
    [
      `${status} at step ${step}; the model is of step ${modelStep}: AP50 ${ap50?.toFixed(3) ?? '–'}, AP ${ap?.toFixed(3) ?? '–'} on the validation images.`,
      `Model:  ${model}`,
      `Curves: ${page}`,
    ].join('\n'),
  );
}
