import type { Operation } from '../../../kernel/service.ts';
import { addGroup, type Registry } from '../registry.ts';

export const createModelPackageGroup: Operation<'sagemaker', 'CreateModelPackageGroup', { registry: Registry }> = (
  input,
  { caller },
  { registry },
) => ({ ModelPackageGroupArn: addGroup(registry, input, caller.arn).arn });
