import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dimsOf, ModelProtoSchema } from '@assay/quantization/onnx';
import { fromBinary } from '@bufbuild/protobuf';
import { InferenceSession } from 'onnxruntime-node';
import { Graph } from '../autodiff/graph.ts';
import { sessionOptions } from './session-options.ts';

const INPUTS = 32;
const SIDE = 8;

let known: Promise<number | undefined> | undefined;

/**
 * How many channels onnxruntime keeps side by side in its blocked layout on this machine: 16 with AVX-512, 8 with AVX2;
 * undefined where it has no such layout. No call of its interface says so. But a kernel of one output that it has laid out
 * itself has as many as a block.
 */
export function channelBlock(): Promise<number | undefined> {
  known ??= findOut();
  return known;
}

async function findOut(): Promise<number | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-layout-'));
  try {
    const optimizedModelFilePath = join(folder, 'optimized.onnx');
    const session = await InferenceSession.create(oneConvolution(), { ...sessionOptions, optimizedModelFilePath });
    await session.release();
    const { graph } = fromBinary(ModelProtoSchema, await readFile(optimizedModelFilePath));
    const blocked = graph?.node.find(({ domain, opType }) => domain === 'com.microsoft.nchwc' && opType === 'Conv');
    const kernel = graph?.initializer.find(({ name }) => name === blocked?.input[1]);
    return kernel && dimsOf(kernel)[0];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A kernel of one output over enough inputs to be read in blocks. */
function oneConvolution(): Uint8Array {
  const graph = new Graph();
  const kernel = graph.constant(new Float32Array(INPUTS * 9), [1, INPUTS, 3, 3]);
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const images = graph.input('images', [1, INPUTS, SIDE, SIDE]);
  graph.output(graph.emit('Conv', [images, kernel], [1, 1, SIDE, SIDE], { attributes }), 'features');
  return graph.encode();
}
