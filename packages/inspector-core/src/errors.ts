/**
 * - `manifest-invalid`: the model's manifest isn't JSON or isn't one of ours
 * - `model-missing`: no file at the model's path
 * - `model-digest-differs`: the file isn't the one that the manifest describes
 * - `model-unreadable`: the file isn't an ONNX model, or a broken one
 * - `model-unsuitable`: an ONNX model, but not a detector of the shape that the manifest promises
 * - `rule-unknown-class`: a rule is about a class that the model doesn't have
 * - `image-unreadable`: the image is damaged, of a format that isn't supported or has too many pixels
 */
export type InspectorErrorCode =
  | 'manifest-invalid'
  | 'model-missing'
  | 'model-digest-differs'
  | 'model-unreadable'
  | 'model-unsuitable'
  | 'rule-unknown-class'
  | 'image-unreadable';

/** Says what is wrong and what to do about it. None of these goes away by trying again. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError';
  readonly code: InspectorErrorCode;

  constructor(code: InspectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
