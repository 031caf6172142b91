import type { Operation } from '../../../kernel/service.ts';
import { checkLength } from '../../limits.ts';
import { checkMetadata, findPackage, packageKey, type Registry } from '../registry.ts';
import { emitStateChange } from '../state-change.ts';

/** Customer metadata is merged into what is there. */
export const updateModelPackage: Operation<'sagemaker', 'UpdateModelPackage', { registry: Registry }> = (
  input,
  { caller },
  { registry },
) => {
  const found = findPackage(registry, input.ModelPackageArn ?? '');
  const metadata = { ...found.customerMetadata, ...input.CustomerMetadataProperties };
  for (const key of input.CustomerMetadataPropertiesToRemove ?? []) delete metadata[key];
  checkMetadata(metadata);
  checkLength('approvalDescription', input.ApprovalDescription, 1024);
  const updated = {
    ...found,
    approval: input.ModelApprovalStatus ?? found.approval,
    ...(input.ApprovalDescription !== undefined && { approvalDescription: input.ApprovalDescription }),
    customerMetadata: metadata,
    lastModifiedTime: registry.kernel.clock.now(),
    lastModifiedBy: caller.arn,
    input: {
      ...found.input,
      ...(input.InferenceSpecification && { InferenceSpecification: input.InferenceSpecification }),
      ...(input.SourceUri !== undefined && { SourceUri: input.SourceUri }),
    },
  };
  registry.packages.put(packageKey(found.group, found.version), updated);
  emitStateChange(registry, updated);
  return { ModelPackageArn: found.arn };
};
