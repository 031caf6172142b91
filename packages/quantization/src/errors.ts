/**
 * - `model-unreadable`: the bytes aren't an ONNX model, or a broken one
 * - `model-unsuitable`: an ONNX model that can't be quantized, whatever the calibration
 * - `calibration-unsuitable`: the calibration images are too few, of another shape, or give values that aren't finite
 * - `too-sensitive`: no choice of layers keeps the answers within the tolerance; the float model is the one to use
 */
export type QuantizationErrorCode =
  | 'model-unreadable'
  | 'model-unsuitable'
  | 'calibration-unsuitable'
  | 'too-sensitive';

/** Says what is wrong and what to do about it. None of these goes away by trying again. */
export class QuantizationError extends Error {
  override readonly name = 'QuantizationError';
  readonly code: QuantizationErrorCode;

  constructor(code: QuantizationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
