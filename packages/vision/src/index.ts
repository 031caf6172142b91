export {
  type AveragePrecision,
  averagePrecision,
  type ClassPrecision,
  IOU_THRESHOLDS,
  type PrecisionRecallCurve,
  RECALL_LEVELS,
} from './average-precision.ts';
export { type Box, clipBox, type Detection, iou, type LabelledBox } from './box.ts';
export { fromLetterbox, LETTERBOX_GREY, type Letterbox, letterbox, toLetterbox } from './letterbox.ts';
export { type ImageResult, MAXIMUM_DETECTIONS } from './matching.ts';
export { nonMaximumSuppression, type SuppressionSettings } from './non-maximum-suppression.ts';
export { type Candidates, decodeYolo, yoloShape } from './yolo-output.ts';
