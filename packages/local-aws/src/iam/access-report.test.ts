import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRole, startAws, type TestAws } from '../../test/harness.ts';
import { type SignerSettings, sign } from '../../test/sign.ts';
import { roleCaller } from '../kernel/caller.ts';

const ROLE = 'arn:aws:iam::000000000000:role/worker';

describe('GET /_iam/access', () => {
  let aws: TestAws;
  let credentials: SignerSettings['credentials'];

  const put = (...Statement: object[]) => {
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    const policy = { RoleName: 'worker', PolicyName: 'own', PolicyDocument };
    return aws.client(IAMClient).send(new PutRolePolicyCommand(policy));
  };
  const reading = {
    Sid: 'Reading',
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: 'arn:aws:s3:::photos/*',
  };
  const queues = { Effect: 'Allow', Action: 'sqs:*', Resource: '*' };
  const nothing = { Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' };

  async function report(signedBy?: SignerSettings['credentials']) {
    const { endpoint } = aws;
    const request = { method: 'GET', path: '/_iam/access', query: {}, body: '' };
    const settings = { endpoint, region: aws.aws.region, service: 'iam' };
    const headers = signedBy ? (await sign(request, { ...settings, credentials: signedBy })).headers : {};
    const response = await fetch(new URL('/_iam/access', endpoint), { headers });
    return { status: response.status, body: JSON.parse(await response.text()) };
  }
  const statements = async () => (await report(aws.aws.administrator)).body.statements;

  beforeAll(async () => {
    aws = await startAws();
    await createRole(aws.aws, 'worker', []);
    await put(reading, queues, nothing);
    credentials = aws.aws.kernel.credentials.issue(roleCaller(ROLE, 'me'));
    const s3 = aws.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'photos' }));
    await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'a', Body: 'a' }));
  });
  afterAll(() => aws.close());

  test('tells each statement that allows something, with what it was first used for', async () => {
    expect(await statements()).toMatchObject([
      { role: 'worker', policy: 'own', index: 0, sid: 'Reading', resources: ['arn:aws:s3:::photos/*'] },
      { role: 'worker', policy: 'own', index: 1, resources: ['*'], actions: [{ action: 'sqs:*' }] },
    ]);
    const s3 = aws.client(S3Client, { credentials });
    await s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'a' }));
    const [read, queue] = await statements();
    const usedAt = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(read.actions).toEqual([
      { action: 's3:GetObject', usedAt, usedOn: 'arn:aws:s3:::photos/a' },
      { action: 's3:PutObject' },
    ]);
    expect(queue.actions).toEqual([{ action: 'sqs:*' }]);
  });

  test('remembers a statement when others of its policy change, and forgets one that changes itself', async () => {
    await put(nothing, reading);
    const [{ index, actions }] = await statements();
    expect({ index, used: actions[0].usedOn }).toEqual({ index: 1, used: 'arn:aws:s3:::photos/a' });
    await put({ ...reading, Resource: 'arn:aws:s3:::*' });
    expect((await statements())[0].actions[0]).toEqual({ action: 's3:GetObject' });
  });

  test('tells the calls that were denied', async () => {
    const denied = aws.client(S3Client, { credentials }).send(new ListBucketsCommand({}));
    await expect(denied).rejects.toMatchObject({ name: 'AccessDenied' });
    expect((await report(aws.aws.administrator)).body.denied).toMatchObject([
      {
        callerArn: 'arn:aws:sts::000000000000:assumed-role/worker/me',
        service: 's3',
        operation: 'ListBuckets',
        calls: 1,
      },
    ]);
  });

  test('is the administrator’s alone', async () => {
    expect(await report()).toMatchObject({ status: 403 });
    expect(await report({ ...aws.aws.administrator, secretAccessKey: 'wrong' })).toMatchObject({ status: 403 });
    expect(await report(credentials)).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('is not authorized to call /_iam/access') },
    });
  });
});
