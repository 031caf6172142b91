import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { standIn } from '../../kernel/authorization/stand-in.ts';
import { administratorCaller } from '../../kernel/caller.ts';
import { type ManualClock, manualClock } from '../../kernel/clock.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { sagemakerService } from '../service.ts';
import { modelPackageGroupResource } from './resources/model-package-group.ts';

const caller = administratorCaller('000000000000');
const ARN = 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/detector';

describe('the model registry', () => {
  let dataDir: string;
  let kernel: Kernel;
  let clock: ManualClock;
  let events: { DetailType: string | undefined; Resources: string[] | undefined; Detail: unknown }[];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'registry-'));
    clock = manualClock(Date.parse('2026-03-04T16:10:14.500Z'));
    events = [];
    const eventbridge = standIn<'eventbridge', null>({
      name: 'eventbridge',
      signingName: 'events',
      load: () => import('@aws-sdk/client-eventbridge'),
      create: () => null,
      operations: {
        PutEvents({ Entries = [] }) {
          for (const { DetailType, Resources, Detail = '' } of Entries)
            events.push({ DetailType, Resources, Detail: JSON.parse(Detail) });
          return {};
        },
      },
    });
    const report = (message: string, error?: unknown) => console.error(message, error);
    const options = { dataDir, account: '000000000000', region: 'eu-west-1', clock, images: {}, report };
    kernel = new Kernel(options, [sagemakerService, eventbridge]);
    await kernel.start('http://127.0.0.1:0');
    await kernel.call('sagemaker', 'CreateModelPackageGroup', { ModelPackageGroupName: 'detector' }, caller);
  });
  afterEach(async () => {
    await kernel.close();
    await rm(dataDir, { recursive: true });
  });

  const specification = {
    Containers: [{ Image: 'image:1', ModelDataUrl: 's3://models/a/output/model.tar.gz' }],
    SupportedContentTypes: ['image/jpeg'],
    SupportedResponseMIMETypes: ['application/json'],
  };
  const register = (ClientToken?: string) =>
    kernel.call(
      'sagemaker',
      'CreateModelPackage',
      {
        ModelPackageGroupName: 'detector',
        ModelApprovalStatus: 'PendingManualApproval',
        InferenceSpecification: specification,
        MetadataProperties: { GeneratedBy: 'pipeline' },
        CustomerMetadataProperties: { map50: '0.8', draft: 'yes' },
        ClientToken,
      },
      caller,
    );

  it('numbers the packages of a group, and never gives a number twice', async () => {
    expect((await register('token')).ModelPackageArn).toBe(`${ARN}/1`);
    expect((await register('token')).ModelPackageArn).toBe(`${ARN}/1`);
    expect((await register()).ModelPackageArn).toBe(`${ARN}/2`);
    await kernel.call('sagemaker', 'DeleteModelPackage', { ModelPackageName: `${ARN}/2` }, caller);
    expect((await register()).ModelPackageArn).toBe(`${ARN}/3`);
  });

  it('says what became of a package, as SageMaker words it', async () => {
    await register();
    await clock.advance(3_000_000);
    await kernel.call(
      'sagemaker',
      'UpdateModelPackage',
      {
        ModelPackageArn: `${ARN}/1`,
        ModelApprovalStatus: 'Approved',
        ApprovalDescription: 'good',
        CustomerMetadataProperties: { reviewed: 'yes' },
        CustomerMetadataPropertiesToRemove: ['draft'],
      },
      caller,
    );
    await clock.advance(1000);
    expect(events.map(({ Detail }) => Detail)).toMatchObject([
      { ModelApprovalStatus: 'PendingManualApproval' },
      { ModelApprovalStatus: 'Approved' },
    ]);
    expect(events[1]).toEqual({
      DetailType: 'SageMaker Model Package State Change',
      Resources: [`${ARN}/1`],
      Detail: {
        ModelPackageGroupName: 'detector',
        ModelPackageVersion: 1,
        ModelPackageArn: `${ARN}/1`,
        CreationTime: '2026-03-04T16:10:14Z',
        InferenceSpecification: specification,
        ModelPackageStatus: 'Completed',
        ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
        CertifyForMarketplace: false,
        ModelApprovalStatus: 'Approved',
        MetadataProperties: { GeneratedBy: 'pipeline' },
        LastModifiedTime: '2026-03-04T17:00:14Z',
      },
    });
    const described = await kernel.call('sagemaker', 'DescribeModelPackage', { ModelPackageName: `${ARN}/1` }, caller);
    expect(described).toMatchObject({
      ApprovalDescription: 'good',
      CustomerMetadataProperties: { map50: '0.8', reviewed: 'yes' },
      LastModifiedBy: { IamIdentity: { Arn: caller.arn } },
    });
  });

  it('lists the packages of a group, the approved ones when asked, newest first when asked', async () => {
    for (let count = 0; count < 3; count++) {
      await register();
      await clock.advance(1000);
    }
    const approve = { ModelPackageArn: `${ARN}/2`, ModelApprovalStatus: 'Approved' as const };
    await kernel.call('sagemaker', 'UpdateModelPackage', approve, caller);
    const list = async (input: object) => {
      const all = { ModelPackageGroupName: 'detector', ...input };
      const { ModelPackageSummaryList, NextToken } = await kernel.call('sagemaker', 'ListModelPackages', all, caller);
      return { versions: ModelPackageSummaryList?.map(({ ModelPackageVersion }) => ModelPackageVersion), NextToken };
    };
    expect((await list({ ModelApprovalStatus: 'Approved' })).versions).toEqual([2]);
    const newest = { SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 2 };
    const first = await list(newest);
    expect(first.versions).toEqual([3, 2]);
    expect(await list({ ...newest, NextToken: first.NextToken })).toEqual({ versions: [1], NextToken: undefined });
  });

  it('keeps a group that still has packages', async () => {
    await register();
    const remove = () =>
      kernel.call('sagemaker', 'DeleteModelPackageGroup', { ModelPackageGroupName: 'detector' }, caller);
    await expect(remove()).rejects.toMatchObject({ code: 'ConflictException' });
    await kernel.call('sagemaker', 'DeleteModelPackage', { ModelPackageName: `${ARN}/1` }, caller);
    await remove();
    await expect(remove()).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it('is made and removed by a stack, which accepts that it is gone', async () => {
    const properties = { ModelPackageGroupName: 'other', Tags: [{ Key: 'stage', Value: 'local' }] };
    const context = {
      kernel,
      caller,
      stackName: 'stack',
      stackId: 'stack',
      logicalId: 'Group',
      repeated: false,
      physicalName: () => 'unused',
    };
    const state = await modelPackageGroupResource.create(properties, context);
    expect(state.physicalId).toBe('arn:aws:sagemaker:eu-west-1:000000000000:model-package-group/other');
    const { Tags } = await kernel.call('sagemaker', 'ListTags', { ResourceArn: state.physicalId }, caller);
    expect(Tags).toEqual(properties.Tags);
    await modelPackageGroupResource.delete(state, properties, context);
    await modelPackageGroupResource.delete(state, properties, context);
  });
});
