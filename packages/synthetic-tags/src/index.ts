export {
  type AnnotatedImage,
  type AnnotatorSettings,
  type SimulatedAnnotator,
  simulatedAnnotator,
  type Verdict,
} from './simulated-annotator.ts';
export { DEFECT_CLASSES, type DefectBox, generateTags, type TagSettings, type TagShot } from './tag-shots.ts';
