import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { yoloShape } from '@assay/vision';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { InspectorError } from './errors.ts';
import type { ModelManifest } from './model-manifest.ts';

const INPUT = 'images';
const OUTPUT = 'output0';

/** A loaded network that was tried once. Not for concurrent use. */
export interface ModelSession {
  /** @param planes [3, size, size], 0 to 255 */
  run(planes: Uint8Array): Promise<{ values: Float32Array; dims: readonly number[] }>;
  close(): Promise<void>;
}

/**
 * Loads a network, having checked that it is the one of the manifest, and runs it once on grey, so that a model of
 * another shape is noticed here and not at the first part.
 *
 * @param model the bytes of an ONNX file, or its path
 * @throws InspectorError for each thing that can be wrong with a model
 */
export async function openModelSession(
  model: Uint8Array | string,
  manifest: ModelManifest,
  threads: number,
): Promise<ModelSession> {
  const bytes = typeof model === 'string' ? await readModel(model) : model;
  const name = typeof model === 'string' ? model : 'The model';
  checkDigest(bytes, manifest, name);
  const session = await createSession(bytes, name, threads);
  const side = manifest.imageSize;
  const input = new Float32Array(3 * side * side);

  const run: ModelSession['run'] = async (planes) => {
    for (let i = 0; i < input.length; i++) input[i] = planes[i]! / 255;
    const output = (await session.run({ [INPUT]: new Tensor('float32', input, [1, 3, side, side]) }))[OUTPUT];
    if (!(output?.data instanceof Float32Array)) throw new Error(`output ${OUTPUT} isn't float32`);
    // Not a number is above no threshold: every part would pass.
    if (!output.data.every(Number.isFinite)) throw notNumbers(name);
    return { values: output.data, dims: output.dims };
  };
  try {
    await tryOut(session, manifest, run);
  } catch (error) {
    await session.release();
    throw error instanceof InspectorError ? error : unsuitable(name, error);
  }
  return { run, close: () => session.release() };
}

async function readModel(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new InspectorError('model-missing', `No model can be read at ${path}. Deploy the model component again.`, {
      cause,
    });
  }
}

function checkDigest(bytes: Uint8Array, { sha256 }: ModelManifest, name: string): void {
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual === sha256) return;
  throw new InspectorError(
    'model-digest-differs',
    `${name} has the digest ${actual}, but its manifest was written for ${sha256}: it is damaged or another model's. ` +
      'Take model.onnx and manifest.json from the same model.tar.gz.',
  );
}

async function createSession(bytes: Uint8Array, name: string, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw new InspectorError(
      'model-unreadable',
      `${name} (${bytes.length} bytes) isn't an ONNX model that onnxruntime can load: ${messageOf(cause)}. ` +
        'Export the trained network to ONNX again; opset 17 and standard operators are sure to load.',
      { cause },
    );
  }
}

async function tryOut(session: InferenceSession, manifest: ModelManifest, run: ModelSession['run']): Promise<void> {
  const { imageSize, names } = manifest;
  if (!session.inputNames.includes(INPUT) || !session.outputNames.includes(OUTPUT)) {
    throw new Error(`it maps ${session.inputNames.join(', ')} to ${session.outputNames.join(', ')}`);
  }
  const { dims } = await run(new Uint8Array(3 * imageSize * imageSize).fill(128));
  const { classes } = yoloShape(dims);
  if (classes !== names.length) throw new Error(`it has ${classes} classes, the manifest names ${names.length}`);
}

function notNumbers(name: string): InspectorError {
  return new InspectorError(
    'model-unsuitable',
    `${name} gives values that are infinite or not numbers: its training went astray or its export is broken. ` +
      'Train it again with a lower learning rate, or export it in float32.',
  );
}

function unsuitable(name: string, cause: unknown): InspectorError {
  return new InspectorError(
    'model-unsuitable',
    `${name} isn't a detector as its manifest describes it: ${messageOf(cause)}. A model in YOLOv8's export convention ` +
      `takes \`${INPUT}\` float32 [1, 3, S, S] and gives \`${OUTPUT}\` float32 [1, 4 + classes, anchors].`,
    { cause },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
