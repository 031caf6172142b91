import { createHash } from 'node:crypto';
import { readImageInput } from '@assay/inspector-core';
import { QuantizationError, quantizeStatically } from '@assay/quantization';
import type { Size } from '@assay/vision';
import { readChannelImages } from '../channel.ts';
import type { Model } from '../model-archive.ts';

/** Makes the INT8 form of a float model, or says why there is none. */
export type Quantize = (
  model: Model,
) => Promise<{ readonly ok: true; readonly model: Model } | { readonly ok: false; readonly reason: string }>;

/** More change no range. */
const CALIBRATION_IMAGES = 128;

/** @param train the training split's archive, out of which the ranges are calibrated */
export function quantizeWith(train: string): Quantize {
  return async ({ onnx, manifest }) => {
    try {
      const { model } = await quantizeStatically(onnx, calibrationInputs(train, manifest.imageSize));
      const sha256 = createHash('sha256').update(model).digest('hex');
      return { ok: true, model: { onnx: model, manifest: { ...manifest, sha256, precision: 'int8' } } };
    } catch (error) {
      if (!(error instanceof QuantizationError)) throw error;
      return { ok: false, reason: error.message };
    }
  };
}

/** The first images of the archive: they lie in the order of their digests, which is as good as none. */
async function* calibrationInputs(train: string, input: Size): AsyncGenerator<Float32Array> {
  let count = 0;
  for await (const { bytes } of readChannelImages(train)) {
    if (count++ === CALIBRATION_IMAGES) return;
    const { planes } = await readImageInput(bytes, input);
    yield Float32Array.from(planes, (value) => value / 255);
  }
}
