import { square } from '@assay/vision';
import { z } from 'zod';
import { InspectorError } from './errors.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in lower-case hex');
const share = z.number().min(0).max(1);
/** In pixels; with a longer one an input is more than a device has memory for. */
const side = z.int().positive().max(4096);

const modelManifestSchema = z.object({
  /** 2 is with `votes`: an inspector that knows nothing of them would judge by other confidences, and has to refuse it. */
  format: z.enum(['assay.model/1', 'assay.model/2']),
  /** A class's name stands at its id. */
  names: z.array(z.string().min(1)).min(1),
  /** Of the network's input; in older manifests a number, the side of a square. Inspectors that are as old refuse the other. */
  // Not a union: of that a message says no more than "Invalid input".
  imageSize: z.preprocess(
    (value) => (typeof value === 'number' ? square(value) : value),
    z.object({ width: side, height: side }),
  ),
  /** Pixels of the coarsest grid cell. */
  stride: z.int().positive(),
  /** Digest of `model.onnx`. */
  sha256: digest,
  trainer: z.object({ name: z.string(), version: z.string(), seed: z.int() }),
  /** What it was trained on. */
  snapshot: z.object({ uri: z.string(), sha256: digest }),
  /** Digests of the archives that the trainer read; older manifests name none. */
  channels: z.object({ train: digest, validation: digest }).optional(),
  /** Of the network's arithmetic; float32 when absent. */
  precision: z.enum(['float32', 'int8']).optional(),
  /**
   * From which confidence on a detection counts, from which overlap on two are one, and how many of these say where it is
   * and how sure it is; one when absent.
   */
  thresholds: z.object({ confidence: share, iou: share, votes: z.int().min(1).max(100).optional() }),
});

/** What `manifest.json` beside `model.onnx` says. */
export type ModelManifest = z.infer<typeof modelManifestSchema>;

/**
 * Reads a `manifest.json`, given as its text or bytes. Unknown members are tolerated.
 *
 * @throws InspectorError `manifest-invalid`, naming the members that are wrong
 */
export function readModelManifest(json: string | Uint8Array): ModelManifest {
  const text = typeof json === 'string' ? json : new TextDecoder().decode(json);
  const parsed = modelManifestSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  throw new InspectorError(
    'manifest-invalid',
    `The model's manifest.json isn't a manifest of format assay.model/1 or 2: ${faults.join('; ')}. ` +
      'Take manifest.json and model.onnx from the same model.tar.gz, or train the model again.',
    { cause: parsed.error },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InspectorError(
      'manifest-invalid',
      `The model's manifest.json isn't JSON (it begins with ${JSON.stringify(text.slice(0, 40))}). ` +
        'Take it from the model.tar.gz that the training wrote.',
      { cause },
    );
  }
}
