import type { Size } from '@assay/vision';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What a network answers: `output0`, as it is. */
export interface Output {
  readonly values: Float32Array;
  readonly dims: readonly number[];
}

/**
 * Runs a network without the inspector around it: the second opinion that the inspector is held against.
 *
 * @param inputs [3, height, width] each, 0 to 255
 */
export async function runNetwork(
  onnx: Uint8Array,
  inputs: readonly Uint8Array[],
  { width, height }: Size,
): Promise<Output[]> {
  const session = await InferenceSession.create(onnx, { logSeverityLevel: 4 });
  try {
    const outputs: Output[] = [];
    for (const planes of inputs) {
      const images = new Tensor(
        'float32',
        Float32Array.from(planes, (value) => value / 255),
        [1, 3, height, width],
      );
      const { output0 } = await session.run({ images });
      if (!(output0?.data instanceof Float32Array)) throw new Error("the network's output0 isn't float32");
      outputs.push({ values: output0.data, dims: output0.dims });
    }
    return outputs;
  } finally {
    await session.release();
  }
}
