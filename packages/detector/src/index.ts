export { createDataset, type Dataset, DatasetReader, type Sample, type Truth } from './dataset/dataset.ts';
export { imageSample, type RelativeBox } from './dataset/image-sample.ts';
export { runTrainingJob, type TrainingJobOptions } from './sagemaker/training-job.ts';
export { type Checkpoint, readCheckpoint, writeCheckpoint } from './training/checkpoint.ts';
export { defaultTrainingSettings } from './training/defaults.ts';
export { detectOn, measure } from './training/evaluation.ts';
export type { TrainingSettings } from './training/settings.ts';
export { type TrainingOutcome, train } from './training/train.ts';
export type { Measurement, TrainingInput } from './training/training-input.ts';
