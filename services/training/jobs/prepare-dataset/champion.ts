import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeModelPackageCommand,
  paginateListModelPackages,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { z } from 'zod';

/** The approved model that a new one would replace. */
export interface ApprovedModel {
  readonly modelPackageArn: string;
  /** Its `model.tar.gz`. */
  readonly modelUri: string;
  /** The archive's digest, as it was registered; packages of former versions have none. */
  readonly sha256: string | undefined;
}

const metadataSchema = z.object({ modelSha256: z.string().optional() });

/**
 * The newest approved model package of a group; undefined when none is approved.
 *
 * @throws Error when the package doesn't say where its model is
 */
export async function newestApproved(sageMaker: SageMakerClient, group: string): Promise<ApprovedModel | undefined> {
  const modelPackageArn = await newestApprovedArn(sageMaker, group);
  if (modelPackageArn === undefined) return undefined;
  // The API takes a versioned package's ARN in this member.
  const found = await sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }));
  const modelUri = found.InferenceSpecification?.Containers?.[0]?.ModelDataUrl;
  if (modelUri === undefined) {
    throw new Error(
      `${modelPackageArn} is approved, but doesn't say where its model is. Reject it, or register it anew.`,
    );
  }
  const { modelSha256 } = metadataSchema.parse(found.CustomerMetadataProperties ?? {});
  return { modelPackageArn, modelUri, sha256: modelSha256 };
}

async function newestApprovedArn(sageMaker: SageMakerClient, group: string): Promise<string | undefined> {
  const query = { ModelPackageGroupName: group, ModelApprovalStatus: 'Approved' } as const;
  const order = { SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 1 } as const;
  // A page may be empty and still not be the last one: the filter may be applied to a page that was already cut.
  for await (const page of paginateListModelPackages({ client: sageMaker }, { ...query, ...order })) {
    const arn = page.ModelPackageSummaryList?.[0]?.ModelPackageArn;
    if (arn !== undefined) return arn;
  }
  return undefined;
}

export interface ChampionOptions {
  readonly newestApproved: () => Promise<ApprovedModel | undefined>;
  readonly fetchObject: (uri: string) => Promise<Uint8Array>;
  /** The folder of the output `champion`. */
  readonly folder: string;
  readonly log: (line: string) => void;
}

/**
 * Puts the champion beside the dataset, so that evaluate measures both models on the same test split: `champion.json`, which
 * says who it is or that there is none, and its `model.tar.gz`.
 *
 * @throws Error when the archive isn't the one that was registered
 */
export async function bringChampion({ newestApproved, fetchObject, folder, log }: ChampionOptions): Promise<void> {
  const approved = await newestApproved();
  await mkdir(folder, { recursive: true });
  if (approved === undefined) {
    log('no model is approved: there is no champion');
    return writeChampion(folder, null);
  }
  const { modelPackageArn, modelUri, sha256: registered } = approved;
  const bytes = await fetchObject(modelUri);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (registered !== undefined && registered !== sha256) {
    throw new Error(
      `${modelUri} has the digest ${sha256}, but ${modelPackageArn} was registered with ${registered}: it was changed ` +
        'since. Restore the object, or reject the package.',
    );
  }
  await writeFile(join(folder, 'model.tar.gz'), bytes);
  log(`the champion is ${modelPackageArn}`);
  return writeChampion(folder, { modelPackageArn, modelUri, sha256 });
}

function writeChampion(folder: string, champion: (ApprovedModel & { sha256: string }) | null): Promise<void> {
  const text = `${JSON.stringify({ format: 'assay.champion/1', champion }, null, 1)}\n`;
  return writeFile(join(folder, 'champion.json'), text);
}
