export { clopperPearson, clopperPearsonUpper, type Interval } from './binomial.ts';
export { type Box, clipBox, type Detection, iou, type LabelledBox } from './box.ts';
export { type ClassFigures, type CocoEvaluation, type CocoFigures, evaluateDetections } from './coco/evaluation.ts';
export { type ImageResult, MAXIMUM_DETECTIONS, type Truth } from './coco/matching.ts';
export { IOU_THRESHOLDS, type PrecisionRecallCurve, RECALL_LEVELS } from './coco/precision-recall.ts';
export { fromLetterbox, LETTERBOX_GREY, type Letterbox, letterbox, toLetterbox } from './letterbox.ts';
export { nonMaximumSuppression, type SuppressionSettings } from './non-maximum-suppression.ts';
export { type Candidates, decodeYolo, yoloShape } from './yolo-output.ts';
