import { z } from 'zod';
import { checkOnnx } from './onnx-file.ts';
import { UnusableModel } from './unusable-model.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const side = z.int().positive();

/** `manifest.json` beside the network: what a device has to know to use it. */
const manifestSchema = z.object({
  format: z.enum(['assay.model/1', 'assay.model/2']),
  names: z.array(z.string().min(1)).min(1),
  /** A number is the side of a square, in older manifests. Not a union: of that a message says no more than "Invalid input". */
  imageSize: z.preprocess(
    (value) => (typeof value === 'number' ? { width: value, height: value } : value),
    z.object({ width: side, height: side }),
  ),
  stride: z.int().positive(),
  sha256,
});

export interface ModelArtifact {
  readonly onnx: Uint8Array;
  readonly manifest: Uint8Array;
  /** SHA-256 of the manifest, which holds the network's: one name for both in the edge bucket. */
  readonly sha256: string;
}

/**
 * Checks what a model archive holds: a manifest of ours, and the very network that it speaks of. Throws
 * {@link UnusableModel}, naming the archive and what to do.
 */
export function checkArtifact(
  uri: string,
  files: ReadonlyMap<string, Uint8Array>,
  digest: (bytes: Uint8Array) => string,
): ModelArtifact {
  const onnx = files.get('model.onnx');
  const manifest = files.get('manifest.json');
  if (onnx === undefined || manifest === undefined) {
    const missing = onnx === undefined ? 'model.onnx' : 'manifest.json';
    throw new UnusableModel(
      `${uri} holds no ${missing} (but ${[...files.keys()].join(', ') || 'nothing'}); train it again`,
    );
  }
  const { sha256: expected } = readManifest(uri, manifest);
  const found = digest(onnx);
  if (found !== expected) {
    throw new UnusableModel(
      `the network in ${uri} has the SHA-256 ${found}, its manifest says ${expected}; train it again`,
    );
  }
  checkOnnx(uri, onnx);
  return { onnx, manifest, sha256: digest(manifest) };
}

function readManifest(uri: string, bytes: Uint8Array): z.output<typeof manifestSchema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new UnusableModel(`manifest.json in ${uri} is not JSON; train the model again`, { cause });
  }
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new UnusableModel(`manifest.json in ${uri} is not of the format assay.model/1 or 2: ${problems}`, {
    cause: result.error,
  });
}
