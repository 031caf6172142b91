export { clopperPearson, clopperPearsonUpper, type Interval } from './binomial.ts';
export {
  type Bootstrapped,
  type BootstrapSettings,
  bootstrapAp50,
  bootstrapAp50Difference,
  boundsOf,
  type MeasuredSet,
} from './bootstrap/bootstrap.ts';
export { type Box, clipBox, type Detection, iou, type LabelledBox } from './box.ts';
export { type ClassFigures, type CocoEvaluation, type CocoFigures, evaluateDetections } from './coco/evaluation.ts';
export type { ImageResult, Truth } from './coco/matching.ts';
export { RECALL_LEVELS } from './coco/precision-recall.ts';
export { type Confusion, confusionOf } from './confusion.ts';
export { fromLetterbox, LETTERBOX_GREY, type Letterbox, letterbox, toLetterbox } from './letterbox.ts';
export { meanOf } from './mean.ts';
export { type ComparedImage, toBeCompared } from './near-duplicate/compared-image.ts';
export { comparedSize, type GreyImage } from './near-duplicate/grey-image.ts';
export { type Known, type NearDuplicate, nearDuplicates } from './near-duplicate/near-duplicates.ts';
export { nonMaximumSuppression, type SuppressionSettings } from './non-maximum-suppression.ts';
export { type Random, seededRandom } from './seeded-random.ts';
export { inputFor, type Size, square } from './size.ts';
export { type Candidates, decodeYolo, yoloShape } from './yolo-output.ts';
