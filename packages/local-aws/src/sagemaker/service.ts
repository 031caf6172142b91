import type { Kernel } from '../kernel/kernel.ts';
import { defineService } from '../kernel/service.ts';
import { provision } from './feature-store/catalog-table.ts';
import { CREATE_TASK, createFeatureGroups, type FeatureGroups } from './feature-store/feature-groups.ts';
import { featureGroupOperations } from './feature-store/operations.ts';
import { featureGroupResource } from './feature-store/resources/feature-group.ts';
import { createJobs, JOB_TASK, type Jobs, type JobTask } from './jobs/jobs.ts';
import { jobOperations } from './jobs/operations.ts';
import { runJob } from './jobs/run.ts';
import {
  createLabeling,
  type LabelingState,
  labelingOperations,
  labelingResources,
  labelingRoutes,
} from './labeling/labeling.ts';
import { sagemakerAuthorization } from './permissions.ts';
import { advance } from './pipelines/advance.ts';
import { pipelineOperations } from './pipelines/operations.ts';
import { ADVANCE_TASK, createPipelines, type Pipelines } from './pipelines/pipelines.ts';
import { pipelineResource } from './pipelines/resources/pipeline.ts';
import { registryOperations } from './registry/operations.ts';
import { createRegistry, type Registry } from './registry/registry.ts';
import { modelPackageGroupResource } from './registry/resources/model-package-group.ts';
import { tagOperations } from './tagging/operations.ts';
import { createTags, type Tags } from './tagging/tags.ts';

/**
 * SageMaker's parts. The operations of a part are typed against the part's own slice of this state
 * (`satisfies Operations<'sagemaker', { registry: Registry }>`).
 */
export interface SageMakerState {
  kernel: Kernel;
  tags: Tags;
  featureGroups: FeatureGroups;
  registry: Registry;
  jobs: Jobs;
  pipelines: Pipelines;
  labeling: LabelingState;
}

export const sagemakerService = defineService<'sagemaker', SageMakerState>({
  name: 'sagemaker',
  signingName: 'sagemaker',
  load: () => import('@aws-sdk/client-sagemaker'),
  create(kernel) {
    const tags = createTags(kernel);
    const featureGroups = createFeatureGroups(kernel, tags);
    kernel.outbox.handle<{ name: string }>(CREATE_TASK, ({ name }) => provision(featureGroups, name));
    const jobs = createJobs(kernel, tags);
    kernel.outbox.handle<JobTask>(JOB_TASK, (task) => runJob(jobs, task));
    const pipelines = createPipelines(kernel, tags, jobs);
    kernel.outbox.handle<{ key: string }>(ADVANCE_TASK, ({ key }) => advance(pipelines, key));
    return {
      kernel,
      tags,
      featureGroups,
      jobs,
      pipelines,
      registry: createRegistry(kernel, tags),
      labeling: createLabeling(kernel),
    };
  },
  close({ jobs }) {
    jobs.closing = true;
    for (const controller of jobs.running.values()) controller.abort();
  },
  authorization: sagemakerAuthorization,
  operations: {
    ...tagOperations,
    ...featureGroupOperations,
    ...registryOperations,
    ...jobOperations,
    ...pipelineOperations,
    ...labelingOperations,
  },
  resources: {
    'AWS::SageMaker::FeatureGroup': featureGroupResource,
    'AWS::SageMaker::Pipeline': pipelineResource,
    'AWS::SageMaker::ModelPackageGroup': modelPackageGroupResource,
    ...labelingResources,
  },
  routes: labelingRoutes,
});
