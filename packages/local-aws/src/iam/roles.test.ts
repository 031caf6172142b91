import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteConflictException,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  EntityAlreadyExistsException,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  NoSuchEntityException,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

describe('IAM roles', () => {
  let aws: TestAws;
  let iam: IAMClient;
  const RoleName = `role-${Date.now()}`;
  const trust = (Principal: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] });
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }],
  });
  let account: string;

  beforeAll(async () => {
    aws = await startAws();
    iam = aws.client(IAMClient);
    account = (await aws.client(STSClient).send(new GetCallerIdentityCommand({}))).Account ?? '';
    const AssumeRolePolicyDocument = trust({ AWS: `arn:aws:iam::${account}:root` });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Tags: [{ Key: 'k', Value: 'v' }] }));
  });
  afterAll(() => aws.close());

  it('keeps a role with its documents whole', async () => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    expect(Role).toMatchObject({ Arn: `arn:aws:iam::${account}:role/${RoleName}`, Tags: [{ Key: 'k', Value: 'v' }] });
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toContain('sts:AssumeRole');
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'read', PolicyDocument: document }));
    const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'read' }));
    expect(JSON.parse(decodeURIComponent(policy.PolicyDocument ?? ''))).toEqual(JSON.parse(document));
    expect((await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual(['read']);
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    expect(AttachedPolicies).toEqual([{ PolicyArn, PolicyName: 'AWSLambdaBasicExecutionRole' }]);
    await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toBeInstanceOf(DeleteConflictException);
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  });

  it('answers with AWS’s exceptions', async () => {
    const missing = { RoleName: 'nobody' };
    await expect(iam.send(new GetRoleCommand(missing))).rejects.toBeInstanceOf(NoSuchEntityException);
    const again = new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust({ Service: 'x' }) });
    await expect(iam.send(again)).rejects.toBeInstanceOf(EntityAlreadyExistsException);
    const broken = new PutRolePolicyCommand({ RoleName, PolicyName: 'x', PolicyDocument: '{' });
    await expect(iam.send(broken)).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });

  it('lends a role’s credentials to who assumes it', async () => {
    const { Credentials, AssumedRoleUser } = await aws
      .client(STSClient)
      .send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/${RoleName}`, RoleSessionName: 'me' }));
    const arn = `arn:aws:sts::${account}:assumed-role/${RoleName}/me`;
    expect(AssumedRoleUser?.Arn).toBe(arn);
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken,
    };
    const identity = await aws.client(STSClient, { credentials }).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(arn);
    const other = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/nobody`, RoleSessionName: 'me' });
    await expect(aws.client(STSClient).send(other)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('deletes a role that has nothing left', async () => {
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'read' }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await expect(iam.send(new GetRoleCommand({ RoleName }))).rejects.toBeInstanceOf(NoSuchEntityException);
  });
});
