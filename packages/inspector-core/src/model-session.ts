import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { yoloShape } from '@assay/vision';
import { InferenceSession, Tensor, type TypedTensor } from 'onnxruntime-node';
import { InspectorError } from './errors.ts';
import { type PlacedImage, writeUnitPlanes } from './input-planes.ts';
import type { ModelManifest } from './model-manifest.ts';

const INPUT = 'images';
const OUTPUT = 'output0';
const GREY = 0.5;

type FloatTensor = TypedTensor<'float32'>;

export interface NetworkOutput {
  readonly values: Float32Array;
  readonly dims: readonly number[];
}

/** A loaded network that was tried once. Not for concurrent use. */
export interface ModelSession {
  /** The answer is overwritten by the next run. */
  run(image: PlacedImage): Promise<NetworkOutput>;
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
  try {
    const { width, height } = manifest.imageSize;
    const input = new Tensor('float32', new Float32Array(3 * height * width), [1, 3, height, width]);
    const output = await tryOut(session, manifest, input, name);
    return {
      async run(image) {
        writeUnitPlanes(image, input.data);
        await session.run({ [INPUT]: input }, { [OUTPUT]: output });
        return checked(output, name);
      },
      close: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error instanceof InspectorError ? error : unsuitable(name, error);
  }
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

/**
 * onnxruntime's own choices but for the threads: without its arena, without its memory pattern, in parallel, with
 * denormals flushed or with fewer optimizations no network became faster, and some by a third slower.
 */
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

/** @returns the output, for later runs to write into */
async function tryOut(
  session: InferenceSession,
  { names }: ModelManifest,
  input: FloatTensor,
  model: string,
): Promise<FloatTensor> {
  if (!session.inputNames.includes(INPUT) || !session.outputNames.includes(OUTPUT)) {
    throw new Error(`it maps ${session.inputNames.join(', ')} to ${session.outputNames.join(', ')}`);
  }
  input.data.fill(GREY);
  const { data, dims } = (await session.run({ [INPUT]: input }, [OUTPUT]))[OUTPUT] ?? {};
  if (!(data instanceof Float32Array) || !dims) throw new Error(`output ${OUTPUT} isn't float32`);
  const output = new Tensor('float32', data, dims);
  const { classes } = yoloShape(checked(output, model).dims);
  if (classes !== names.length) throw new Error(`it has ${classes} classes, the manifest names ${names.length}`);
  return output;
}

/** Not a number is above no threshold: every part would pass. */
function checked({ data: values, dims }: FloatTensor, model: string): NetworkOutput {
  // x − x is zero, except for what isn't finite.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! - values[i]!;
  if (sum !== 0) throw notNumbers(model);
  return { values, dims };
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
      `takes \`${INPUT}\` float32 [1, 3, height, width] and gives \`${OUTPUT}\` float32 [1, 4 + classes, anchors].`,
    { cause },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
