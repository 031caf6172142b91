import type { Operation } from '../../../kernel/service.ts';
import { findPackage, type Registry } from '../registry.ts';

/** Takes the package's ARN as its name. */
export const describeModelPackage: Operation<'sagemaker', 'DescribeModelPackage', { registry: Registry }> = (
  { ModelPackageName = '' },
  _request,
  { registry },
) => {
  const found = findPackage(registry, ModelPackageName);
  const { ClientToken: _token, Tags: _tags, ...input } = found.input;
  return {
    ...input,
    ModelPackageName: `${found.group}/${found.version}`,
    ModelPackageGroupName: found.group,
    ModelPackageVersion: found.version,
    ModelPackageArn: found.arn,
    CreationTime: new Date(found.creationTime),
    CreatedBy: { IamIdentity: { Arn: found.createdBy } },
    ModelPackageStatus: found.status,
    ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
    CertifyForMarketplace: input.CertifyForMarketplace ?? false,
    ModelApprovalStatus: found.approval,
    ApprovalDescription: found.approvalDescription,
    CustomerMetadataProperties: found.customerMetadata,
    LastModifiedTime: new Date(found.lastModifiedTime),
    ...(found.lastModifiedBy !== undefined && { LastModifiedBy: { IamIdentity: { Arn: found.lastModifiedBy } } }),
  };
};
