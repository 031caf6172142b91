import { create } from '@bufbuild/protobuf';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { QuantizationError } from '../errors.ts';
import { copyOf, type OnnxModel, writeModel } from './model-file.ts';
import { ValueInfoProtoSchema } from './onnx_pb.ts';
import { DataType } from './tensors.ts';

/** A loaded model with one input. */
export interface Network extends AsyncDisposable {
  /** Name of the input. */
  readonly input: string;
  /** @returns float32 outputs by name */
  run(input: Float32Array): Promise<ReadonlyMap<string, Values>>;
}

export interface Values {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** One thread: sums have one order, so that the same images give the same ranges. */
const OPTIONS: InferenceSession.SessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 };

/**
 * Loads a model into onnxruntime.
 *
 * @param values further values to give out, besides the model's outputs
 * @throws QuantizationError `model-unreadable` when onnxruntime can't load it, or later can't run it
 */
export async function loadNetwork(model: OnnxModel, values: Iterable<string> = []): Promise<Network> {
  const session = await InferenceSession.create(withOutputs(model, values), OPTIONS).catch(refuse('load'));
  const input = inputOf(model);
  return {
    input: input.name,
    async run(data) {
      const feeds = { [input.name]: new Tensor('float32', data, shapeOf(input, data.length)) };
      const outputs = Object.entries(await session.run(feeds).catch(refuse('run')));
      return new Map(
        outputs.flatMap(([name, { data: found, dims }]) =>
          found instanceof Float32Array ? [[name, { data: found, dims }]] : [],
        ),
      );
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

function withOutputs(model: OnnxModel, values: Iterable<string>): Uint8Array {
  const copy = copyOf(model);
  const known = new Set(copy.graph.output.map(({ name }) => name));
  for (const { name } of copy.graph.input) known.add(name);
  // Without a type: onnxruntime infers it.
  for (const name of new Set(values))
    if (!known.has(name)) copy.graph.output.push(create(ValueInfoProtoSchema, { name }));
  return writeModel(copy);
}

/** @returns what turns an error of onnxruntime into one that says what to do */
function refuse(verb: 'load' | 'run') {
  return (cause: unknown): never => {
    throw new QuantizationError(
      'model-unreadable',
      `onnxruntime can't ${verb} the model: ${cause instanceof Error ? cause.message : String(cause)}. Export the trained network again.`,
      { cause },
    );
  };
}

interface Input {
  readonly name: string;
  /** Undefined where the model leaves a side open. */
  readonly dims: readonly (number | undefined)[];
}

function inputOf({ graph }: OnnxModel): Input {
  const initialized = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !initialized.has(name));
  const [input] = inputs;
  const tensor = input?.type?.tensorType;
  if (!input || inputs.length > 1 || tensor?.elemType !== DataType.FLOAT || !tensor.shape) {
    throw new QuantizationError(
      'model-unsuitable',
      `The model's inputs are ${inputs.map(({ name }) => name).join(', ') || 'none'}; one float32 image is expected. ` +
        'Export the network with its images as the only input.',
    );
  }
  return {
    name: input.name,
    dims: tensor.shape.dim.map(({ dimValue }) => (dimValue > 0n ? Number(dimValue) : undefined)),
  };
}

/** Of the sides that the model leaves open, the first is the batch, of one; the others are equal. */
function shapeOf({ name, dims }: Input, length: number): number[] {
  const open = dims.map((size, axis) => size ?? (axis === 0 ? 1 : undefined));
  const known = open.reduce<number>((product, size) => product * (size ?? 1), 1);
  const unknown = open.filter((size) => size === undefined).length;
  const side = unknown === 0 ? 1 : Math.round((length / known) ** (1 / unknown));
  const shape = open.map((size) => size ?? side);
  if (shape.reduce((product, size) => product * size, 1) === length) return shape;
  throw new QuantizationError(
    'calibration-unsuitable',
    `A calibration image has ${length} values, which don't fill the model's input ${name} [${dims.map((size) => size ?? '?').join(', ')}]. ` +
      'Hand in images of the size that the model was exported for.',
  );
}
