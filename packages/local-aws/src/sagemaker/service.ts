import type { Kernel } from '../kernel/kernel.ts';
import { defineService } from '../kernel/service.ts';
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
  registry: Registry;
}

export const sagemakerService = defineService<'sagemaker', SageMakerState>({
  name: 'sagemaker',
  signingName: 'sagemaker',
  load: () => import('@aws-sdk/client-sagemaker'),
  create(kernel) {
    const tags = createTags(kernel);
    return { kernel, tags, registry: createRegistry(kernel, tags) };
  },
  operations: {
    ...tagOperations,
    ...registryOperations,
  },
  resources: {
    'AWS::SageMaker::ModelPackageGroup': modelPackageGroupResource,
  },
});
