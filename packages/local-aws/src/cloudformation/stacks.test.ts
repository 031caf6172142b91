import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { GetRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

describe('CloudFormation stacks', () => {
  let aws: TestAws;
  let cloudformation: CloudFormationClient;
  let s3: S3Client;
  const run = `t${Date.now()}`;

  beforeAll(async () => {
    aws = await startAws();
    cloudformation = aws.client(CloudFormationClient);
    s3 = aws.client(S3Client);
  });
  afterAll(() => aws.close());

  const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
  const body = (template: object) => JSON.stringify(template);
  const describe_ = async (StackName: string) =>
    (await cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
  const settled = async (StackName: string) => {
    const status = async () => (await describe_(StackName))?.StackStatus;
    await expect.poll(status, { timeout: 10_000, interval: 20 }).not.toMatch(/_IN_PROGRESS$/);
    return status();
  };
  const create = async (StackName: string, template: object, options: object = {}) => {
    const input = { StackName, TemplateBody: body(template), Capabilities, ...options };
    const { StackId } = await cloudformation.send(new CreateStackCommand(input));
    return settled(StackId ?? '');
  };
  const update = async (StackName: string, template: object) => {
    await cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody: body(template), Capabilities }));
    return settled(StackName);
  };
  const remove = async (StackName: string) => {
    const id = (await describe_(StackName))?.StackId ?? '';
    await cloudformation.send(new DeleteStackCommand({ StackName }));
    return settled(id);
  };
  const resources = async (StackName: string) => {
    const { StackResourceSummaries = [] } = await cloudformation.send(new ListStackResourcesCommand({ StackName }));
    return Object.fromEntries(
      StackResourceSummaries.map(({ LogicalResourceId, PhysicalResourceId }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
    );
  };
  const events = async (StackName: string) => {
    const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
    return StackEvents.map((event) => `${event.LogicalResourceId} ${event.ResourceStatus}`);
  };
  const exists = (Bucket: string) =>
    s3.send(new HeadBucketCommand({ Bucket })).then(
      () => true,
      () => false,
    );

  const bucket = (Name: unknown, more: object = {}) => ({
    Type: 'AWS::S3::Bucket',
    Properties: Name === undefined ? {} : { BucketName: Name },
    ...more,
  });

  it('makes resources in the order of their needs, with outputs and exports', async () => {
    const StackName = `${run}-order`;
    const template = {
      Parameters: { Suffix: { Type: 'String', Default: 'one' } },
      Conditions: {
        IsOne: { 'Fn::Equals': [{ Ref: 'Suffix' }, 'one'] },
        IsTwo: { 'Fn::Not': [{ Condition: 'IsOne' }] },
      },
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: trust,
            Policies: [
              {
                PolicyName: 'read',
                PolicyDocument: {
                  Version: '2012-10-17',
                  Statement: [
                    {
                      Effect: 'Allow',
                      Action: ['s3:GetObject'],
                      Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '/*']] },
                    },
                  ],
                },
              },
            ],
          },
        },
        Bucket: bucket({ 'Fn::Sub': ['${AWS::StackName}-${1st}-${Suffix}', { '1st': 'x' }] }),
        Never: bucket(undefined, { Condition: 'IsTwo' }),
      },
      Outputs: {
        Name: { Value: { Ref: 'Bucket' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}-bucket' } } },
        Part: { Value: { 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'Bucket' }] }] } },
        Literal: { Value: { 'Fn::Sub': '${!Kept} ${AWS::Region}' } },
        Absent: { Value: 'x', Condition: 'IsTwo' },
      },
    };
    expect(await create(StackName, template)).toBe('CREATE_COMPLETE');
    const name = `${StackName}-x-one`;
    const found = await resources(StackName);
    expect(found).toMatchObject({ Bucket: name, Role: expect.stringMatching(new RegExp(`^${StackName}-Role-`)) });
    expect(Object.keys(found)).not.toContain('Never');
    const { Outputs = [] } = (await describe_(StackName)) ?? {};
    expect(Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))).toEqual({
      Name: name,
      Part: 'order',
      Literal: '${Kept} eu-west-1',
    });
    const policy = await aws
      .client(IAMClient)
      .send(new GetRolePolicyCommand({ RoleName: found.Role, PolicyName: 'read' }));
    expect(decodeURIComponent(policy.PolicyDocument ?? '')).toContain(`arn:aws:s3:::${name}/*`);
    const order = await events(StackName);
    expect(order[0]).toBe(`${StackName} CREATE_COMPLETE`);
    expect(order.at(-1)).toBe(`${StackName} CREATE_IN_PROGRESS`);
    expect(order.indexOf('Bucket CREATE_COMPLETE')).toBeGreaterThan(order.indexOf('Role CREATE_IN_PROGRESS'));
    expect(JSON.parse((await cloudformation.send(new GetTemplateCommand({ StackName }))).TemplateBody ?? '')).toEqual(
      template,
    );
    expect(await remove(StackName)).toBe('DELETE_COMPLETE');
    expect(await exists(name)).toBe(false);
    await expect(describe_(StackName)).rejects.toMatchObject({
      name: 'ValidationError',
      message: `Stack with id ${StackName} does not exist`,
    });
  });

  it('refuses by name what it could not make, before anything is made', async () => {
    const refused = (Resources: object) => create(`${run}-refused`, { Resources });
    await expect(refused({ X: { Type: 'AWS::EC2::Instance' } })).rejects.toThrow(
      'Unrecognized resource types: [AWS::EC2::Instance]',
    );
    await expect(
      refused({ B: bucket(`${run}-b`), X: { Type: 'AWS::S3::Bucket', Properties: { BucketNmae: 'x' } } }),
    ).rejects.toThrow(/resource X .*extraneous key \[BucketNmae\] is not permitted/s);
    await expect(refused({ B: bucket({ Ref: 'Nothing' }) })).rejects.toThrow(
      'Unresolved resource dependencies [Nothing]',
    );
    await expect(refused({ A: bucket({ Ref: 'B' }), B: bucket({ Ref: 'A' }) })).rejects.toThrow('Circular dependency');
    await expect(refused({ A: bucket({ 'Fn::ImportValue': 'nobody' }) })).rejects.toThrow(
      'No export named nobody found',
    );
    await expect(refused({ A: bucket({ 'Fn::Base64': 'x' }) })).rejects.toThrow('Fn::Base64 is not supported');
    await expect(describe_(`${run}-refused`)).rejects.toThrow('does not exist');
    expect(await exists(`${run}-b`)).toBe(false);
  });

  it('asks to acknowledge that roles are made', async () => {
    const template = { Resources: { R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } } } };
    await expect(create(`${run}-caps`, template, { Capabilities: [] })).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
    });
  });

  it('rolls a failed creation back', async () => {
    const StackName = `${run}-failing`;
    await s3.send(new CreateBucketCommand({ Bucket: `${run}-taken` }));
    const Resources = { First: bucket(`${run}-first`), Second: bucket(`${run}-taken`, { DependsOn: 'First' }) };
    expect(await create(StackName, { Resources })).toBe('ROLLBACK_COMPLETE');
    expect(await exists(`${run}-first`)).toBe(false);
    expect(await exists(`${run}-taken`)).toBe(true);
    expect(await events(StackName)).toEqual(expect.arrayContaining(['Second CREATE_FAILED', 'First DELETE_COMPLETE']));
    await expect(update(StackName, { Resources })).rejects.toThrow('ROLLBACK_COMPLETE state and can not be updated');
    expect(await remove(StackName)).toBe('DELETE_COMPLETE');
    expect(await create(StackName, { Resources }, { OnFailure: 'DELETE' })).toBe('DELETE_COMPLETE');
    expect(await exists(`${run}-first`)).toBe(false);
  });

  it('changes in place, replaces, adds and removes', async () => {
    const StackName = `${run}-update`;
    await create(StackName, { Resources: { A: bucket(`${run}-a1`), B: bucket(`${run}-b1`), C: bucket(`${run}-c1`) } });
    const Tags = [{ Key: 'k', Value: 'v' }];
    const Resources = {
      A: bucket(`${run}-a2`),
      B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: `${run}-b1`, Tags } },
      D: bucket({ 'Fn::Sub': '${A}-d' }),
    };
    const template = { Resources };
    expect(await update(StackName, template)).toBe('UPDATE_COMPLETE');
    expect(await resources(StackName)).toEqual({ A: `${run}-a2`, B: `${run}-b1`, D: `${run}-a2-d` });
    expect(await exists(`${run}-a1`)).toBe(false);
    expect(await exists(`${run}-c1`)).toBe(false);
    await expect(update(StackName, template)).rejects.toThrow('No updates are to be performed.');
    await remove(StackName);
  });

  it('takes a failed update back', async () => {
    const StackName = `${run}-back`;
    const before = { Resources: { A: bucket(`${run}-ba`), B: bucket(`${run}-bb`) } };
    await create(StackName, before);
    const after = {
      Resources: {
        A: bucket(`${run}-ba2`),
        B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: `${run}-bb`, Tags: [{ Key: 'k', Value: 'v' }] } },
        New: bucket(`${run}-bnew`),
        Bad: bucket(`${run}-taken`, { DependsOn: ['A', 'B', 'New'] }),
      },
    };
    expect(await update(StackName, after)).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await resources(StackName)).toEqual({ A: `${run}-ba`, B: `${run}-bb` });
    expect(await exists(`${run}-ba2`)).toBe(false);
    expect(await exists(`${run}-bnew`)).toBe(false);
    await expect(update(StackName, before)).rejects.toThrow('No updates are to be performed.');
    await remove(StackName);
  });

  it('keeps what is to be retained', async () => {
    const StackName = `${run}-retain`;
    await create(StackName, {
      Resources: { A: bucket(`${run}-kept`, { DeletionPolicy: 'Retain' }), B: bucket(undefined) },
    });
    expect(await remove(StackName)).toBe('DELETE_COMPLETE');
    expect(await exists(`${run}-kept`)).toBe(true);
  });

  it('does not delete a bucket that has objects, and can be asked again', async () => {
    const StackName = `${run}-full`;
    await create(StackName, { Resources: { A: bucket(`${run}-full`) } });
    await s3.send(new PutObjectCommand({ Bucket: `${run}-full`, Key: 'x', Body: 'x' }));
    expect(await remove(StackName)).toBe('DELETE_FAILED');
    expect(await exists(`${run}-full`)).toBe(true);
  });

  it('hands exports to other stacks, and does not let go of those in use', async () => {
    const Export = { Name: `${run}-shared` };
    const exporting = { Resources: { A: bucket(`${run}-shared`) }, Outputs: { A: { Value: { Ref: 'A' }, Export } } };
    await create(`${run}-exporter`, exporting);
    const Resources = { B: bucket({ 'Fn::Sub': ['${name}-user', { name: { 'Fn::ImportValue': `${run}-shared` } }] }) };
    expect(await create(`${run}-importer`, { Resources })).toBe('CREATE_COMPLETE');
    expect(await resources(`${run}-importer`)).toEqual({ B: `${run}-shared-user` });
    const { Exports = [] } = await cloudformation.send(new ListExportsCommand({}));
    expect(Exports).toContainEqual(expect.objectContaining({ Name: `${run}-shared`, Value: `${run}-shared` }));
    const { Imports } = await cloudformation.send(new ListImportsCommand({ ExportName: `${run}-shared` }));
    expect(Imports).toEqual([`${run}-importer`]);
    expect(await remove(`${run}-exporter`)).toBe('DELETE_FAILED');
    expect((await describe_(`${run}-exporter`))?.StackStatusReason).toBe(
      `Export ${run}-shared cannot be deleted as it is in use by ${run}-importer`,
    );
    await remove(`${run}-importer`);
    expect(await remove(`${run}-exporter`)).toBe('DELETE_COMPLETE');
  });

  it('deploys by change sets with the template in S3, and says when nothing changes', async () => {
    const StackName = `${run}-changes`;
    const template = body({ Resources: { A: bucket(`${run}-changed`) } });
    await s3.send(new CreateBucketCommand({ Bucket: `${run}-templates` }));
    await s3.send(new PutObjectCommand({ Bucket: `${run}-templates`, Key: 'dir/template.json', Body: template }));
    const TemplateURL = `https://s3.amazonaws.com/${run}-templates/dir/template.json`;
    await cloudformation.send(new ValidateTemplateCommand({ TemplateURL }));
    const ChangeSetName = 'deploy';
    const change = (ChangeSetType: 'CREATE' | 'UPDATE') =>
      cloudformation.send(new CreateChangeSetCommand({ StackName, ChangeSetName, ChangeSetType, TemplateURL }));
    await change('CREATE');
    expect((await describe_(StackName))?.StackStatus).toBe('REVIEW_IN_PROGRESS');
    const made = await cloudformation.send(new DescribeChangeSetCommand({ StackName, ChangeSetName }));
    expect(made).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      StackId: expect.any(String),
    });
    expect(made.Changes?.[0]?.ResourceChange).toMatchObject({ Action: 'Add', LogicalResourceId: 'A' });
    await cloudformation.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName }));
    expect(await settled(StackName)).toBe('CREATE_COMPLETE');
    await change('UPDATE');
    const empty = await cloudformation.send(new DescribeChangeSetCommand({ StackName, ChangeSetName }));
    expect(empty.Status).toBe('FAILED');
    expect(empty.StatusReason).toContain("The submitted information didn't contain changes.");
  });
});
