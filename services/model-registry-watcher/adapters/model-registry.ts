import { s3UriSchema } from '@assay/events';
import { PermanentError } from '@assay/lambda-kit';
import { DescribeModelPackageCommand, type SageMakerClient, type UserContext } from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import type { ModelPackage } from '../domain/verdict.ts';

const APPROVALS = { Approved: 'approved', Rejected: 'rejected', PendingManualApproval: 'pending' } as const;

/** As the event carries it, or not at all: somebody may have written anything there. */
const metadataSchema = z.object({
  map50: z.coerce.number().min(0).max(1).optional().catch(undefined),
  snapshotUri: s3UriSchema.optional().catch(undefined),
});

/** A package as the SageMaker model registry describes it. Describe takes the ARN as its name. */
export async function describePackage(
  sagemaker: Pick<SageMakerClient, 'send'>,
  modelPackageArn: string,
): Promise<ModelPackage> {
  const found = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }));
  const { ModelPackageGroupName: group, ModelPackageVersion: version } = found;
  if (group === undefined || version === undefined) {
    throw new PermanentError(
      'unversioned-package',
      `${modelPackageArn} is in no model package group; register it in one`,
    );
  }
  return {
    arn: modelPackageArn,
    group,
    version,
    ready: found.ModelPackageStatus === 'Completed',
    approval: APPROVALS[found.ModelApprovalStatus ?? 'PendingManualApproval'],
    modelUri: found.InferenceSpecification?.Containers?.[0]?.ModelDataUrl,
    changedBy: nameOf(found.LastModifiedBy),
    description: found.ApprovalDescription,
    ...metadataSchema.parse(found.CustomerMetadataProperties ?? {}),
  };
}

function nameOf(user: UserContext | undefined): string | undefined {
  return user?.UserProfileName ?? user?.IamIdentity?.Arn;
}
