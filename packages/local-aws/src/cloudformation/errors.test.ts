import * as api from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';

/** What CloudFormation refuses before it makes anything, in AWS's words. */
describe('CloudFormation refuses', () => {
  let aws: TestAws;
  let cloudformation: api.CloudFormationClient;
  beforeAll(async () => {
    aws = await startAws();
    cloudformation = aws.client(api.CloudFormationClient);
  });
  afterAll(() => aws.close());

  const StackName = `refused-${Date.now().toString(36)}`;
  const queue = (Properties: object = {}, more: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties, ...more });
  const create = (template: object | string, more: Partial<api.CreateStackCommandInput> = {}) => {
    const TemplateBody = typeof template === 'string' ? template : JSON.stringify(template);
    return cloudformation.send(new api.CreateStackCommand({ StackName, TemplateBody, ...more }));
  };
  const withParameter = (parameter: object, given?: string) => () =>
    create(
      { Parameters: { P: { Type: 'String', ...parameter } }, Resources: { Q: queue({ QueueName: { Ref: 'P' } }) } },
      given === undefined ? {} : { Parameters: [{ ParameterKey: 'P', ParameterValue: given }] },
    );

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['a template without resources', () => create({ Description: 'none' }), /Resources/],
    ['a template with a section that there isn’t', () => create({ Resources: { Q: queue() }, Extras: {} }), /Extras/],
    ['neither a body nor an address', () => create('', { TemplateBody: undefined }), /Template URL or Template Body/],
    [
      'a reference to nothing',
      () => create({ Resources: { Q: queue({ QueueName: { Ref: 'X' } }) } }),
      /Unresolved resource dependencies \[X\]/,
    ],
    [
      'a dependency on nothing',
      () => create({ Resources: { Q: queue({}, { DependsOn: 'X' }) } }),
      /Unresolved resource dependencies \[X\]/,
    ],
    [
      'resources that need each other',
      () =>
        create({
          Resources: {
            A: queue({ QueueName: { 'Fn::GetAtt': ['B', 'QueueName'] } }),
            B: queue({ QueueName: { 'Fn::GetAtt': ['A', 'QueueName'] } }),
          },
        }),
      /Circular dependency between resources: \[A, B\]/,
    ],
    [
      'two exports of one name',
      () =>
        create({
          Resources: { Q: queue() },
          Outputs: { A: { Value: 'a', Export: { Name: 'n' } }, B: { Value: 'b', Export: { Name: 'n' } } },
        }),
      /Duplicate Export names/,
    ],
    [
      'an import that nobody exports',
      () => create({ Resources: { Q: queue({ QueueName: { 'Fn::ImportValue': 'nobody-exports' } }) } }),
      /No export named nobody-exports found/,
    ],
    ['a parameter without a value', withParameter({}), /Parameters: \[P\] must have values/],
    [
      'a parameter that the template lacks',
      () => create({ Resources: { Q: queue() } }, { Parameters: [{ ParameterKey: 'X', ParameterValue: 'x' }] }),
      /Parameters: \[X\] do not exist in the template/,
    ],
    [
      'a value that is not allowed',
      withParameter({ AllowedValues: ['a', 'b'] }, 'c'),
      /'P' must be one of AllowedValues/,
    ],
    [
      'a value of the wrong pattern',
      withParameter({ AllowedPattern: '[a-z]+' }, 'A'),
      /'P' must match pattern \[a-z\]\+/,
    ],
    [
      '… in the words of its description',
      withParameter({ AllowedPattern: '[a-z]+', ConstraintDescription: 'small letters' }, 'A'),
      /small letters/,
    ],
    ['a value that is too short', withParameter({ MinLength: 3 }, 'ab'), /'P' must contain at least 3 characters/],
    ['a value that is too long', withParameter({ MaxLength: 1 }, 'ab'), /'P' must contain at most 1 characters/],
    ['a Number that is none', withParameter({ Type: 'Number' }, 'many'), /'P' must be a number/],
    [
      'to describe a stack that is not there',
      () => cloudformation.send(new api.DescribeStacksCommand({ StackName: 'absent' })),
      /Stack with id absent does not exist/,
    ],
    [
      'to update a stack that is not there',
      () =>
        cloudformation.send(
          new api.UpdateStackCommand({
            StackName: 'absent',
            TemplateBody: JSON.stringify({ Resources: { Q: queue() } }),
          }),
        ),
      /Stack \[absent\] does not exist|Stack with id absent does not exist/,
    ],
    [
      'who imports what nobody exports',
      () => cloudformation.send(new api.ListImportsCommand({ ExportName: 'nobody-exports' })),
      /is not imported by any stack/,
    ],
  ])('%s', async (_what, call, message) => {
    await expect(call()).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: 400 },
    });
    if (againstAws) return;
    await expect(cloudformation.send(new api.DescribeStacksCommand({ StackName }))).rejects.toThrow('does not exist');
  });

  // What AWS knows and this endpoint does not is refused at once, by name.
  test.skipIf(againstAws).each<[string, object, RegExp]>([
    ['a type', { X: { Type: 'AWS::EC2::Instance' } }, /AWS::EC2::Instance/],
    [
      'several types',
      { X: { Type: 'AWS::EC2::Instance' }, Y: { Type: 'AWS::SNS::Topic' } },
      /AWS::EC2::Instance, AWS::SNS::Topic/,
    ],
    ['a property', { Q: queue({ Colour: 'red' }) }, /resource Q .*\[Colour\]/s],
    ['a function', { Q: queue({ QueueName: { 'Fn::Cidr': ['x', 1, 1] } }) }, /Fn::Cidr/],
    ['an attribute', { Q: queue({}, { Tempo: 'fast' }) }, /Tempo/],
  ])('%s that it does not know, by name', async (_what, Resources, message) => {
    await expect(create({ Resources })).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(message),
    });
  });

  test('a change set and a stack that are not there, each by its own error', async () => {
    const input = { StackName: 'absent', ChangeSetName: 'none' };
    await expect(cloudformation.send(new api.DescribeChangeSetCommand(input))).rejects.toMatchObject({
      name: expect.stringMatching(/^(ChangeSetNotFound(Exception)?|ValidationError)$/),
    });
    // Deleting what is gone already is no error.
    await cloudformation.send(new api.DeleteStackCommand({ StackName: 'absent' }));
  });
});
