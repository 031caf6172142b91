import type { ModelPackage, Registry } from './registry.ts';

/**
 * Says `SageMaker Model Package State Change` ("Model package state change", Automating SageMaker with EventBridge): after a
 * package was made, and after each update. It names neither the previous state nor who changed it.
 */
export function emitStateChange({ kernel }: Registry, changed: ModelPackage): void {
  const { input } = changed;
  kernel.emitEvent({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Model Package State Change',
    resources: [changed.arn],
    detail: {
      ModelPackageGroupName: changed.group,
      ModelPackageVersion: changed.version,
      ModelPackageArn: changed.arn,
      ...(input.ModelPackageDescription !== undefined && { ModelPackageDescription: input.ModelPackageDescription }),
      CreationTime: seconds(changed.creationTime),
      ...(input.InferenceSpecification && { InferenceSpecification: input.InferenceSpecification }),
      ...(input.SourceAlgorithmSpecification && { SourceAlgorithmSpecification: input.SourceAlgorithmSpecification }),
      ModelPackageStatus: changed.status,
      ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
      CertifyForMarketplace: input.CertifyForMarketplace ?? false,
      ModelApprovalStatus: changed.approval,
      ...(input.MetadataProperties && { MetadataProperties: input.MetadataProperties }),
      ...(input.ModelMetrics && { ModelMetrics: input.ModelMetrics }),
      LastModifiedTime: seconds(changed.lastModifiedTime),
    },
  });
}

/** ISO 8601 in whole seconds, as SageMaker's events have it. */
const seconds = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
