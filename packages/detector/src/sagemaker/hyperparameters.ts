import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { mediumShape, nanoShape, smallShape } from '../network/shape.ts';
import { defaultTrainingSettings, settingsForSteps } from '../training/defaults.ts';
import type { TrainingSettings } from '../training/settings.ts';

/** SageMaker hands every value over as a string. */
const whole = (least: number, most: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number, as a string').transform(Number).pipe(z.int().min(least).max(most));
const real = (check: z.ZodNumber) =>
  z
    .string()
    .regex(/^\d*\.?\d+(e-?\d+)?$/i, 'must be a number, as a string')
    .transform(Number)
    .pipe(check);

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in hex');

/** The networks that can be trained, by their size. */
const networks = { nano: nanoShape, small: smallShape, medium: mediumShape };

const schema = z.strictObject({
  /** Either of the two says how long to train. */
  steps: whole(1, 1_000_000).optional(),
  epochs: whole(1, 100_000).optional(),
  /** Wall time after which training ends at the next step, whatever is left. */
  maxSeconds: real(z.number().positive()).optional(),
  /** Images a step, over all workers. */
  batchSize: whole(1, 256).default(8),
  /** Side of the square that images are scaled into. */
  imageSize: whole(64, 1280)
    .refine((size) => size % 32 === 0, 'must be a multiple of 32')
    .default(192),
  seed: whole(0, 2 ** 32 - 1).default(defaultTrainingSettings.seed),
  learningRate: real(z.number().positive().max(1)).default(defaultTrainingSettings.optimizer.learningRate),
  size: z.enum(['nano', 'small', 'medium']).default('nano'),
  /** Go on from a network that has seen much else, or train every layer from random values. */
  backbone: z.enum(['pretrained', 'own']).default(defaultTrainingSettings.shape.backbone),
  /** Whether the model looks at each image and its mirror images, which takes four times as long and sees a little more. */
  mirrors: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
  /** Share of images that are turned by a quarter: few where a direction means something, e.g. that of rolling steel. */
  rotate: real(z.number().max(1)).default(defaultTrainingSettings.augmentation.rotate),
  /** Share of images that are put together from four; half of them in a long run by default, none in a short one. */
  mosaic: real(z.number().max(1)).optional(),
  /** Measurements without a better validation precision after which training ends early. */
  patience: whole(1, 1000).default(defaultTrainingSettings.patience),
  /** Threads. Part of the result: another number learns a little differently. */
  workers: whole(1, 64).default(defaultTrainingSettings.workers),
  /** Digests of the channels' archives, which are checked where they are given. */
  trainSha256: sha256.optional(),
  validationSha256: sha256.optional(),
});

export type Hyperparameters = z.infer<typeof schema>;

const KNOWN = Object.keys(schema.shape).join(', ');
/** A short run is measured a few times; a long one every so many steps. */
const FEWEST_MEASUREMENTS = 6;
const STEPS_BETWEEN_MEASUREMENTS = 500;

/**
 * Reads a job's `hyperparameters.json`.
 *
 * @throws Error naming each hyperparameter that is unknown or wrong
 */
export async function readHyperparameters(path: string): Promise<Hyperparameters> {
  return parseHyperparameters(await readJson(path));
}

/** @throws Error naming each hyperparameter that is unknown or wrong */
export function parseHyperparameters(values: unknown): Hyperparameters {
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: [name], message }) =>
      name === undefined ? message : `${String(name)}: ${message}`,
    );
    throw new Error(`the hyperparameters are refused: ${faults.join('; ')}. Known are ${KNOWN}`);
  }
  const { steps, epochs, batchSize, workers } = parsed.data;
  if (steps !== undefined && epochs !== undefined) {
    throw new Error('the hyperparameters give both steps and epochs: give one of them');
  }
  if (batchSize % workers !== 0) {
    throw new Error(`batchSize ${batchSize} can't be shared by ${workers} workers: make it a multiple of workers`);
  }
  return parsed.data;
}

/** @param images how many there are to train on: an epoch shows each of them once */
export function settingsOf(hyperparameters: Hyperparameters, images: number): TrainingSettings {
  const { steps, epochs, batchSize, workers, seed, learningRate, patience, size, backbone, mirrors, rotate } =
    hyperparameters;
  const planned =
    epochs === undefined ? (steps ?? defaultTrainingSettings.steps) : Math.ceil((epochs * images) / batchSize);
  const base = settingsForSteps(planned);
  const { mosaic = base.augmentation.mosaic } = hyperparameters;
  return {
    ...base,
    seed,
    workers,
    batchPerWorker: batchSize / workers,
    validateEvery: Math.min(STEPS_BETWEEN_MEASUREMENTS, Math.ceil(planned / FEWEST_MEASUREMENTS)),
    patience,
    shape: { ...networks[size], backbone, mirrors },
    optimizer: { ...base.optimizer, learningRate },
    augmentation: { ...base.augmentation, rotate, mosaic },
  };
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new Error(`there are no hyperparameters: ${cause.message}. SageMaker writes {} when a job has none`, {
      cause,
    });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} isn't JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
