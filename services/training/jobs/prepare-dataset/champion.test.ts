import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApprovedModel, bringChampion, newestApproved } from './champion.ts';

const modelPackageArn = 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7';
const modelUri = 's3://training/runs/1/model/model.tar.gz';
const archive = Buffer.from('a model');
const sha256 = createHash('sha256').update(archive).digest('hex');

describe('the newest approved model', () => {
  /** A registry that gives each operation's answer. */
  function registry(answers: Record<string, object | readonly object[]>) {
    const asked: Record<string, object> = {};
    const left = new Map(Object.entries(answers).map(([operation, given]) => [operation, [given].flat()]));
    const sageMaker = new SageMakerClient({ region: 'eu-west-1' });
    sageMaker.middlewareStack.add(
      (_next, context) => async (args) => {
        const operation = String(context.commandName).replace('Command', '');
        asked[operation] = args.input;
        return { response: undefined, output: { $metadata: {}, ...left.get(operation)?.shift() } } as never;
      },
      { step: 'initialize', priority: 'low' },
    );
    return { sageMaker, asked };
  }
  const listed = { ModelPackageSummaryList: [{ ModelPackageArn: modelPackageArn }] };
  const specification = { InferenceSpecification: { Containers: [{ ModelDataUrl: modelUri }] } };

  it('is the first of the group’s approved packages, the newest first', async () => {
    const { sageMaker, asked } = registry({
      ListModelPackages: listed,
      DescribeModelPackage: { ...specification, CustomerMetadataProperties: { modelSha256: sha256, map50: '0.8' } },
    });
    expect(await newestApproved(sageMaker, 'assay-local-detector')).toEqual({ modelPackageArn, modelUri, sha256 });
    expect(asked.ListModelPackages).toEqual({
      ModelPackageGroupName: 'assay-local-detector',
      ModelApprovalStatus: 'Approved',
      SortBy: 'CreationTime',
      SortOrder: 'Descending',
      MaxResults: 1,
    });
    expect(asked.DescribeModelPackage).toEqual({ ModelPackageName: modelPackageArn });
  });

  it('is found behind an empty page', async () => {
    const { sageMaker, asked } = registry({
      ListModelPackages: [{ ModelPackageSummaryList: [], NextToken: 'on' }, listed],
      DescribeModelPackage: specification,
    });
    expect(await newestApproved(sageMaker, 'g')).toMatchObject({ modelPackageArn });
    expect(asked.ListModelPackages).toMatchObject({ NextToken: 'on' });
  });

  it('is none while none is approved', async () => {
    const { sageMaker, asked } = registry({ ListModelPackages: { ModelPackageSummaryList: [] } });
    expect(await newestApproved(sageMaker, 'assay-local-detector')).toBeUndefined();
    expect(Object.keys(asked)).toEqual(['ListModelPackages']);
  });

  it('may be a package of a former version, without a digest; one without a model is refused', async () => {
    const former = registry({ ListModelPackages: listed, DescribeModelPackage: specification });
    expect(await newestApproved(former.sageMaker, 'g')).toEqual({ modelPackageArn, modelUri, sha256: undefined });
    const { sageMaker } = registry({ ListModelPackages: listed, DescribeModelPackage: {} });
    await expect(newestApproved(sageMaker, 'g')).rejects.toThrow("detector/7 is approved, but doesn't say where");
  });
});

describe('the champion', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'champion-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const bring = (approved: ApprovedModel | undefined) =>
    bringChampion({
      newestApproved: async () => approved,
      fetchObject: async (uri) => {
        expect(uri).toBe(modelUri);
        return archive;
      },
      folder,
      log: () => undefined,
    });
  const written = async () => JSON.parse(await readFile(join(folder, 'champion.json'), 'utf8'));

  it('lies beside the dataset, with its digest', async () => {
    await bring({ modelPackageArn, modelUri, sha256 });
    expect(await readFile(join(folder, 'model.tar.gz'))).toEqual(archive);
    expect(await written()).toEqual({
      format: 'assay.champion/1',
      champion: { modelPackageArn, modelUri, sha256 },
    });
    // Of a package that was registered without one, the digest is that of what was fetched.
    await bring({ modelPackageArn, modelUri, sha256: undefined });
    expect(await written()).toMatchObject({ champion: { sha256 } });
  });

  it('is said to be none where no model is approved', async () => {
    await bring(undefined);
    expect(await readdir(folder)).toEqual(['champion.json']);
    expect(await written()).toEqual({ format: 'assay.champion/1', champion: null });
  });

  it('is refused when its archive isn’t the one that was registered', async () => {
    await expect(bring({ modelPackageArn, modelUri, sha256: '0'.repeat(64) })).rejects.toThrow(
      `${modelUri} has the digest ${sha256}, but ${modelPackageArn} was registered with 000`,
    );
    expect(await readdir(folder)).toEqual([]);
  });
});
