import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateLabelingJobCommand,
  CreateWorkteamCommand,
  DeleteWorkteamCommand,
  DescribeLabelingJobCommand,
  DescribeWorkteamCommand,
  ListLabelingJobsCommand,
  ListWorkteamsCommand,
  SageMakerClient,
  StopLabelingJobCommand,
  UpdateWorkteamCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../../test/harness.ts';
import { type SignerSettings, sign } from '../../../test/sign.ts';
import { roleCaller } from '../../kernel/caller.ts';
import { BOX_TEMPLATE, jobInput } from './lab.ts';

// Ground Truth takes no new customers, and its answers come from people: this suite is about our own endpoint.
describe.skipIf(againstAws)('Ground Truth with real clients', () => {
  let aws: TestAws;
  let s3: S3Client;
  let sagemaker: SageMakerClient;

  beforeAll(async () => {
    aws = await startAws({ openRoles: ['ground-truth'] });
    s3 = aws.client(S3Client);
    sagemaker = aws.client(SageMakerClient);
    await s3.send(new CreateBucketCommand({ Bucket: 'labels' }));
    const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'labels', Key, Body }));
    await put('image.jpg', 'pixels');
    await put('classes.json', JSON.stringify({ labels: [{ label: 'scratch' }] }));
    await put('BoundingBox.html', BOX_TEMPLATE);
    await put('job-1/input.manifest', JSON.stringify({ 'source-ref': 's3://labels/image.jpg' }));
  });
  afterAll(async () => {
    s3.destroy();
    sagemaker.destroy();
    await aws.close();
  });

  const worker = async (
    method: string,
    path: string,
    body?: unknown,
    signed = true,
    credentials: SignerSettings['credentials'] = aws.aws.administrator,
  ) => {
    const url = new URL(path, aws.endpoint);
    const text = body === undefined ? '' : JSON.stringify(body);
    const { region } = aws.aws;
    const request = { method, path: url.pathname, query: Object.fromEntries(url.searchParams), body: text };
    const { headers } = await sign(request, { endpoint: aws.endpoint, region, credentials, service: 'sagemaker' });
    const response = await fetch(url, { method, ...(signed && { headers }), ...(text && { body: text }) });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };

  test('a team is created, described, changed and listed', async () => {
    const MemberDefinitions = [{ CognitoMemberDefinition: { UserPool: 'eu-west-1_a', UserGroup: 'g', ClientId: 'c' } }];
    const { WorkteamArn } = await sagemaker.send(
      new CreateWorkteamCommand({ WorkteamName: 'inspectors', Description: 'They inspect', MemberDefinitions }),
    );
    expect(WorkteamArn).toBe('arn:aws:sagemaker:eu-west-1:000000000000:workteam/private-crowd/inspectors');
    await sagemaker.send(new UpdateWorkteamCommand({ WorkteamName: 'inspectors', Description: 'They inspect parts' }));
    const { Workteam } = await sagemaker.send(new DescribeWorkteamCommand({ WorkteamName: 'inspectors' }));
    expect(Workteam).toMatchObject({
      WorkteamArn,
      Description: 'They inspect parts',
      MemberDefinitions,
      CreateDate: expect.any(Date),
    });
    const { Workteams = [] } = await sagemaker.send(new ListWorkteamsCommand({}));
    expect(Workteams.map(({ WorkteamName }) => WorkteamName)).toEqual(['inspectors']);
    await expect(sagemaker.send(new DescribeWorkteamCommand({ WorkteamName: 'none' }))).rejects.toThrow(
      'does not exist',
    );
  });

  test('a job goes from its creation over the worker API to its output', async () => {
    const input = jobInput('job-1', 'BoundingBox');
    Object.assign(input.HumanTaskConfig ?? {}, { NumberOfHumanWorkersPerDataObject: 1 });
    const { LabelingJobArn } = await sagemaker.send(new CreateLabelingJobCommand(input));
    expect(LabelingJobArn).toBe('arn:aws:sagemaker:eu-west-1:000000000000:labeling-job/job-1');
    const describeJob = () => sagemaker.send(new DescribeLabelingJobCommand({ LabelingJobName: 'job-1' }));
    await expect.poll(async () => (await describeJob()).LabelingJobStatus).toBe('InProgress');
    await expect(sagemaker.send(new DeleteWorkteamCommand({ WorkteamName: 'inspectors' }))).rejects.toThrow('job-1');

    expect((await worker('GET', '/_workers/inspectors/tasks?worker=ann', undefined, false)).status).toBe(403);
    // A function or a job labels nothing by itself.
    const role = aws.aws.kernel.credentials.issue(roleCaller('arn:aws:iam::000000000000:role/function', 'session'));
    expect((await worker('GET', '/_workers/inspectors/tasks?worker=ann', undefined, true, role)).status).toBe(403);
    const { body } = await worker('GET', '/_workers/inspectors/tasks?worker=ann');
    expect(body.tasks).toMatchObject([
      { taskId: 'job-1.0', kind: 'BoundingBox', taskObjectUri: 's3://labels/image.jpg' },
    ]);
    const boundingBoxes = [{ label: 'scratch', left: 1, top: 2, width: 3, height: 4 }];
    const answer = { annotatedResult: { boundingBoxes, inputImageProperties: { width: 10, height: 10 } } };
    expect(await worker('POST', '/_workers/inspectors/tasks/job-1.0/answers', { worker: 'ann', answer })).toMatchObject(
      { status: 200 },
    );

    await expect.poll(async () => (await describeJob()).LabelingJobStatus, { timeout: 10_000 }).toBe('Completed');
    const job = await describeJob();
    expect(job).toMatchObject({
      ...input,
      LabelCounters: { TotalLabeled: 1, HumanLabeled: 1, Unlabeled: 0, FailedNonRetryableError: 0, MachineLabeled: 0 },
      LabelingJobOutput: { OutputDatasetS3Uri: 's3://labels/out/job-1/manifests/output/output.manifest' },
      CreationTime: expect.any(Date),
    });
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: 'labels', Key: 'out/job-1/manifests/output/output.manifest' }),
    );
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
      defects: { annotations: [{ class_id: 0, left: 1, top: 2, width: 3, height: 4 }] },
    });
    const { LabelingJobSummaryList = [] } = await sagemaker.send(
      new ListLabelingJobsCommand({ StatusEquals: 'Completed' }),
    );
    expect(LabelingJobSummaryList).toMatchObject([{ LabelingJobName: 'job-1', LabelCounters: { TotalLabeled: 1 } }]);
    await sagemaker.send(new StopLabelingJobCommand({ LabelingJobName: 'job-1' }));
    expect((await describeJob()).LabelingJobStatus).toBe('Completed');
  });

  test('errors are AWS’s', async () => {
    await expect(sagemaker.send(new DescribeLabelingJobCommand({ LabelingJobName: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFound',
    });
    await expect(sagemaker.send(new CreateLabelingJobCommand(jobInput('job-1', 'BoundingBox')))).rejects.toMatchObject({
      name: 'ResourceInUse',
    });
  });
});
