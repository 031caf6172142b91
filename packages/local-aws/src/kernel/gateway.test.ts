import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import { CreateComponentVersionCommand, GreengrassV2Client } from '@aws-sdk/client-greengrassv2';
import { DeleteObjectsCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateLabelingJobCommand, type CreateLabelingJobRequest, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { GetRecordCommand, SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { QueueDoesNotExist, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { standIn } from './authorization/stand-in.ts';
import { roleCaller } from './caller.ts';
import { systemClock } from './clock.ts';
import { AwsError, Unwritable } from './errors.ts';
import { Gateway } from './gateway.ts';
import { Kernel } from './kernel.ts';

const rules = new Map<string, string | undefined>();
const objects = new Map<string, Buffer>();
const seen: Record<string, unknown> = {};

async function readAll(body: unknown): Promise<Buffer> {
  const chunks: Buffer[] = [];
  if (body instanceof Readable) for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Just enough of each service to send every protocol both ways. */
const toys = [
  standIn({
    name: 'sts',
    signingName: 'sts',
    load: () => import('@aws-sdk/client-sts'),
    create: () => ({}),
    operations: { GetCallerIdentity: (_input, { caller }) => ({ Arn: caller.arn, Account: caller.account }) },
  }),
  standIn({
    name: 'eventbridge',
    signingName: 'events',
    load: () => import('@aws-sdk/client-eventbridge'),
    create: () => ({}),
    operations: {
      PutRule: ({ Name = '', EventPattern }, { region }) => {
        rules.set(Name, EventPattern);
        return { RuleArn: `arn:aws:events:${region}:000000000000:rule/${Name}` };
      },
      DescribeRule: ({ Name = '' }) => {
        if (!rules.has(Name)) throw new AwsError('ResourceNotFoundException', `Rule ${Name} does not exist.`);
        return { Name, EventPattern: rules.get(Name) };
      },
    },
  }),
  standIn({
    name: 'sqs',
    signingName: 'sqs',
    load: () => import('@aws-sdk/client-sqs'),
    create: () => ({}),
    operations: {
      SendMessage: ({ QueueUrl, MessageBody }) => {
        if (QueueUrl === 'none') throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
        seen.message = MessageBody;
        return { MessageId: 'm-1' };
      },
      ListQueues: () => ({ QueueUrls: ['http://127.0.0.1/a'] }),
    },
  }),
  standIn({
    name: 'cloudformation',
    signingName: 'cloudformation',
    load: () => import('@aws-sdk/client-cloudformation'),
    create: () => ({}),
    operations: {
      CreateStack: (input) => {
        seen.stack = input;
        if (input.StackName === 'taken') throw new AwsError('AlreadyExistsException', 'Stack [taken] <already> exists');
        return { StackId: 'id' };
      },
      DescribeStacks: () => ({
        Stacks: [
          {
            StackName: 's',
            StackStatus: 'CREATE_COMPLETE' as const,
            CreationTime: new Date(1_700_000_000_000),
            Outputs: [{ OutputKey: 'a', OutputValue: 'b<c>&"' }],
          },
        ],
      }),
    },
  }),
  standIn({
    name: 'featurestore-runtime',
    signingName: 'sagemaker',
    load: () => import('@aws-sdk/client-sagemaker-featurestore-runtime'),
    create: () => ({}),
    operations: {
      GetRecord: ({ RecordIdentifierValueAsString, FeatureNames }) => ({
        Record: [{ FeatureName: RecordIdentifierValueAsString, ValueAsString: FeatureNames?.join('+') }],
      }),
    },
  }),
  standIn({
    name: 'sagemaker',
    signingName: 'sagemaker',
    load: () => import('@aws-sdk/client-sagemaker'),
    create: () => ({}),
    operations: {},
  }),
  standIn({
    name: 'greengrassv2',
    signingName: 'greengrass',
    load: () => import('@aws-sdk/client-greengrassv2'),
    create: () => ({}),
    operations: {
      CreateComponentVersion: ({ inlineRecipe }) => ({
        componentName: Buffer.from(inlineRecipe ?? []).toString(),
        componentVersion: '1.0.0',
        creationTimestamp: new Date(1_700_000_000_000),
        status: {},
      }),
    },
  }),
  standIn({
    name: 's3',
    signingName: 's3',
    load: () => import('@aws-sdk/client-s3'),
    create: () => ({}),
    operations: {
      PutObject: async ({ Bucket, Key, Body, Metadata, IfNoneMatch }) => {
        objects.set(`${Bucket}/${Key}`, await readAll(Body));
        seen.put = { Metadata, IfNoneMatch };
        return { ETag: '"x"' };
      },
      GetObject: ({ Bucket, Key }) => {
        const object = objects.get(`${Bucket}/${Key}`);
        if (!object) throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
        // The SDK's type is the client's view of a stream; the server hands out a Node stream.
        const Body = Readable.from([object]) as never;
        return { Body, ContentLength: object.length, Metadata: { a: 'b' } };
      },
      DeleteObjects: ({ Delete }) => ({ Deleted: Delete?.Objects?.map(({ Key }) => ({ Key })) }),
    },
  }),
];

describe('the gateway', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-'));
  const kernel = new Kernel(
    { dataDir, account: '000000000000', region: 'eu-west-1', clock: systemClock, images: {}, report: () => undefined },
    toys,
  );
  const gateway = new Gateway(kernel);
  let configuration: {
    endpoint: string;
    region: string;
    credentials: ReturnType<typeof kernel.credentials.administrator>;
    maxAttempts: number;
  };

  beforeAll(async () => {
    const endpoint = await gateway.listen(0);
    await kernel.start(endpoint);
    configuration = { endpoint, region: 'eu-west-1', credentials: kernel.credentials.administrator(), maxAttempts: 1 };
  });
  afterAll(async () => {
    await gateway.close();
    await kernel.close();
    rmSync(dataDir, { recursive: true });
  });

  test('speaks AWS JSON 1.1, with modelled errors', async () => {
    const client = new EventBridgeClient(configuration);
    const { RuleArn } = await client.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"a":["é"]}' }));
    expect(RuleArn).toBe('arn:aws:events:eu-west-1:000000000000:rule/r');
    expect((await client.send(new DescribeRuleCommand({ Name: 'r' }))).EventPattern).toBe('{"a":["é"]}');
    await expect(client.send(new DescribeRuleCommand({ Name: 'none' }))).rejects.toBeInstanceOf(
      ResourceNotFoundException,
    );
  });

  test('speaks AWS JSON 1.0, with the codes of the older protocol beside', async () => {
    const client = new SQSClient({ ...configuration, md5: false });
    await client.send(new SendMessageCommand({ QueueUrl: 'q', MessageBody: 'hi' }));
    expect(seen.message).toBe('hi');
    const missing = client.send(new SendMessageCommand({ QueueUrl: 'none', MessageBody: 'hi' }));
    await expect(missing).rejects.toBeInstanceOf(QueueDoesNotExist);
  });

  test('speaks Query, with lists, dates and escaped text', async () => {
    const client = new CloudFormationClient(configuration);
    const Parameters = [{ ParameterKey: 'k', ParameterValue: 'v' }];
    await client.send(new CreateStackCommand({ StackName: 's', Parameters, DisableRollback: true, Tags: [] }));
    expect(seen.stack).toMatchObject({ StackName: 's', Parameters, DisableRollback: true });
    const { Stacks } = await client.send(new DescribeStacksCommand({}));
    expect(Stacks?.[0]?.Outputs?.[0]?.OutputValue).toBe('b<c>&"');
    expect(Stacks?.[0]?.CreationTime?.getTime()).toBe(1_700_000_000_000);
    const taken = client.send(new CreateStackCommand({ StackName: 'taken' }));
    await expect(taken).rejects.toMatchObject({
      name: 'AlreadyExistsException',
      message: 'Stack [taken] <already> exists',
    });
  });

  test('speaks REST-JSON: labels, lists in the query, blobs, statuses', async () => {
    const records = new SageMakerFeatureStoreRuntimeClient(configuration);
    const key = { FeatureGroupName: 'a/b c', RecordIdentifierValueAsString: 'id 1', FeatureNames: ['x', 'y'] };
    expect((await records.send(new GetRecordCommand(key))).Record).toEqual([
      { FeatureName: 'id 1', ValueAsString: 'x+y' },
    ]);
    const greengrass = new GreengrassV2Client(configuration);
    const made = await greengrass.send(new CreateComponentVersionCommand({ inlineRecipe: Buffer.from('---\nRecipe') }));
    expect(made.$metadata.httpStatusCode).toBe(201);
    expect(made.componentName).toBe('---\nRecipe');
  });

  test('speaks REST-XML: keys of any kind, metadata, payloads, errors', async () => {
    const s3 = new S3Client({ ...configuration, requestChecksumCalculation: 'WHEN_REQUIRED' });
    const target = { Bucket: 'b1', Key: 'k/é +1' };
    await s3.send(new PutObjectCommand({ ...target, Body: 'hello', Metadata: { x: '1' }, IfNoneMatch: '*' }));
    expect(seen.put).toEqual({ Metadata: { x: '1' }, IfNoneMatch: '*' });
    const { Body, Metadata } = await s3.send(new GetObjectCommand(target));
    expect(await Body?.transformToString()).toBe('hello');
    expect(Metadata).toEqual({ a: 'b' });
    const removal = new DeleteObjectsCommand({ Bucket: 'b1', Delete: { Objects: [{ Key: 'a' }, { Key: 'b<' }] } });
    expect((await s3.send(removal)).Deleted).toEqual([{ Key: 'a' }, { Key: 'b<' }]);
    await expect(s3.send(new GetObjectCommand({ ...target, Key: 'none' }))).rejects.toBeInstanceOf(NoSuchKey);
  });

  test('accepts a presigned URL and refuses it tampered with', async () => {
    const s3 = new S3Client(configuration);
    objects.set('b1/signed', Buffer.from('content'));
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'b1', Key: 'signed' }), { expiresIn: 60 });
    expect(await (await fetch(url)).text()).toBe('content');
    const tampered = await fetch(url.replace('/signed?', '/other?'));
    expect(tampered.status).toBe(403);
    expect(await tampered.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  test('names each missing or mistyped member of an input', async () => {
    const client = new EventBridgeClient(configuration);
    // The type would not let a caller of ours do this.
    const broken = client.send(new PutRuleCommand({} as never));
    await expect(broken).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("'Name'"),
    });
  });

  test('answers NotImplemented by name, and says when an operation exists nowhere', async () => {
    const input: CreateLabelingJobRequest = {
      LabelingJobName: 'j',
      LabelAttributeName: 'l',
      InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: 's3://b/m' } } },
      OutputConfig: { S3OutputPath: 's3://b/o' },
      RoleArn: 'arn:aws:iam::000000000000:role/r',
      HumanTaskConfig: {
        WorkteamArn: 'w',
        UiConfig: {},
        TaskTitle: 't',
        TaskDescription: 'd',
        NumberOfHumanWorkersPerDataObject: 1,
        TaskTimeLimitInSeconds: 60,
      },
    };
    const labeling = new SageMakerClient(configuration).send(new CreateLabelingJobCommand(input));
    await expect(labeling).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('sagemaker:CreateLabelingJob'),
    });
  });

  test('knows callers by their keys, and refuses unknown keys, wrong secrets, expired sessions and unsigned calls', async () => {
    const identity = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
      new STSClient({ ...configuration, credentials }).send(new GetCallerIdentityCommand({}));
    const { administrator, role } = {
      administrator: kernel.credentials.administrator(),
      role: kernel.credentials.issue(roleCaller('arn:aws:iam::000000000000:role/reader', 'session')),
    };
    expect((await identity(administrator)).Arn).toBe('arn:aws:iam::000000000000:user/administrator');
    expect((await identity(role)).Arn).toBe('arn:aws:sts::000000000000:assumed-role/reader/session');
    await expect(identity({ ...administrator, accessKeyId: 'AKIANOBODY' })).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await expect(identity({ ...administrator, secretAccessKey: 'wrong' })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    const { accessKeyId, secretAccessKey } = role;
    await expect(identity({ accessKeyId, secretAccessKey })).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    const over = kernel.credentials.issue(roleCaller('arn:aws:iam::000000000000:role/reader', 'session'), -1);
    await expect(identity(over)).rejects.toMatchObject({ name: 'ExpiredToken' });
    expect((await fetch(configuration.endpoint)).status).toBe(403);
  });

  test('refuses a Host that is not its own', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'evil.example' };
      httpRequest(configuration.endpoint, { headers }, (response) => resolve(response.statusCode))
        .once('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test('answers, well or badly, when what was written is on disk, and says so when it can’t be brought there', async () => {
    const client = new EventBridgeClient(configuration);
    const disk = Promise.withResolvers<void>();
    const durable = vi.spyOn(kernel.store, 'durable').mockReturnValue(disk.promise);
    try {
      const told: string[] = [];
      const good = client.send(new PutRuleCommand({ Name: 'kept', EventPattern: '{}' })).then(() => told.push('done'));
      const bad = client.send(new DescribeRuleCommand({ Name: 'none' })).catch(() => told.push('refused'));
      await vi.waitFor(() => expect(durable).toHaveBeenCalledTimes(2));
      expect(told).toEqual([]);
      disk.resolve();
      await Promise.all([good, bad]);
      expect(told.toSorted()).toEqual(['done', 'refused']);
      durable.mockRejectedValue(new Unwritable(new Error('disk I/O error')));
      await expect(client.send(new PutRuleCommand({ Name: 'lost', EventPattern: '{}' }))).rejects.toMatchObject({
        name: 'ServiceUnavailable',
        message: expect.stringContaining('disk I/O error'),
        $metadata: { httpStatusCode: 503 },
      });
    } finally {
      durable.mockRestore();
    }
  });

  test('records every call with its caller', async () => {
    const role = kernel.credentials.issue(roleCaller('arn:aws:iam::000000000000:role/recorded', 'one'));
    await new STSClient({ ...configuration, credentials: role }).send(new GetCallerIdentityCommand({}));
    expect(kernel.callLog.summary()).toContainEqual({
      callerArn: 'arn:aws:sts::000000000000:assumed-role/recorded/one',
      service: 'sts',
      operation: 'GetCallerIdentity',
      calls: 1,
      failed: 0,
    });
  });
});
