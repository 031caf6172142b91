import { RolloutCompleted } from './edge-deployer/rollout-completed.ts';
import { RolloutRolledBack } from './edge-deployer/rollout-rolled-back.ts';
import { RolloutStarted } from './edge-deployer/rollout-started.ts';
import { ImagesArrived } from './image-intake/images-arrived.ts';
import { ImagesRejected } from './image-intake/images-rejected.ts';
import { LabelsStored } from './label-store/labels-stored.ts';
import { LabelingFailed } from './labeling/labeling-failed.ts';
import { LabelingStarted } from './labeling/labeling-started.ts';
import { LabelsApproved } from './labeling/labels-approved.ts';
import { ModelApproved } from './model-registry-watcher/model-approved.ts';
import { ModelRejected } from './model-registry-watcher/model-rejected.ts';
import { ModelTrained } from './training/model-trained.ts';
import { TrainingFailed } from './training/training-failed.ts';
import { TrainingRequested } from './training/training-requested.ts';
import { TrainingStarted } from './training/training-started.ts';

/** Every event of Assay by its name, in the order of the chain. */
export const catalogue = {
  ImagesArrived,
  ImagesRejected,
  LabelingStarted,
  LabelsApproved,
  LabelingFailed,
  LabelsStored,
  TrainingRequested,
  TrainingStarted,
  ModelTrained,
  TrainingFailed,
  ModelApproved,
  ModelRejected,
  RolloutStarted,
  RolloutCompleted,
  RolloutRolledBack,
} as const;
