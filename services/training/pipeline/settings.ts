import { z } from 'zod';
import { readGate } from '../jobs/evaluate/gate/rules.ts';
import { withFloor } from '../jobs/evaluate/settings.ts';

/** Each is an image `assay/train-<name>`: this project's own, and Ultralytics YOLOv8. */
export const trainers = ['embedded', 'yolov8'] as const;

const text = z.string().min(1);
/** Variables of the Serverless Framework may arrive as text, even where they are numbers. */
const number = z.union([z.number(), z.string().trim().min(1).transform(Number)]).pipe(z.number());
const count = number.pipe(z.int().positive());

/** What `custom.pipeline` in serverless.yml sets for a stage. */
const pipelineSettingsSchema = z.strictObject({
  /** AP50 on the test split below which a model isn't registered, 0 to 1: the floor of the gate's `ap50-floor`. */
  mapThreshold: number.pipe(z.number().min(0).max(1)),
  /** Whether evaluate makes an INT8 model, and takes it where it is as good and faster. */
  int8: z.enum(['try', 'never']),
  /** The gate's rules with their limits: what evaluate holds a model against. */
  gate: z.array(z.looseObject({ rule: text })).min(1),
  trainer: z.enum(trainers),
  /** Data sets of one lineage have one test set, frozen, and never learn from it. */
  lineage: text,
  seed: number.pipe(z.int().min(0)),
  /** Longer side of the network's input in pixels. */
  imageSize: count,
  /** How long to learn: the learning rate falls to its end over these steps. */
  trainSteps: count,
  /** Wall time after which learning ends early. */
  trainSeconds: count,
  /** Seconds after which a record put into the Feature Store is in its offline store, as a rule. */
  settleSeconds: count,
  trainingInstance: text.startsWith('ml.'),
  processingInstance: text.startsWith('ml.'),
  /** `spot` is cheaper, may be taken away and goes on from its checkpoint. */
  trainingCapacity: z.enum(['on-demand', 'spot']),
  /** Tag of the job images in the registry. */
  imageTag: text,
});

export type PipelineSettings = z.infer<typeof pipelineSettingsSchema>;

/** @throws Error naming each setting, or rule of the gate, that is missing or wrong */
export function readPipelineSettings(value: unknown): PipelineSettings {
  const parsed = pipelineSettingsSchema.safeParse(value);
  if (parsed.success) {
    readGate(withFloor(parsed.data.gate, parsed.data.mapThreshold));
    return parsed.data;
  }
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the block'}: ${message}`);
  throw new Error(`custom.pipeline in serverless.yml is wrong: ${faults.join('; ')}. Its params are in the README.`, {
    cause: parsed.error,
  });
}
