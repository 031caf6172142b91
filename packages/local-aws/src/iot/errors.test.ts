import * as api from '@aws-sdk/client-iot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';

/** AWS IoT's errors, as its API reference names them, to a real client. */
describe.skipIf(againstAws)('AWS IoT refuses', () => {
  const arn = (resource: string) => `arn:aws:iot:eu-west-1:000000000000:${resource}`;
  const policyDocument =
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}}';
  let aws: TestAws;
  let iot: api.IoTClient;
  let certificateId: string;

  beforeAll(async () => {
    aws = await startAws();
    iot = aws.client(api.IoTClient);
    await iot.send(new api.CreateThingCommand({ thingName: 'held', attributePayload: { attributes: { a: '1' } } }));
    await iot.send(new api.CreateThingGroupCommand({ thingGroupName: 'line' }));
    await iot.send(new api.CreatePolicyCommand({ policyName: 'held', policyDocument }));
    await iot.send(new api.CreateRoleAliasCommand({ roleAlias: 'held', roleArn: 'arn:aws:iam::000000000000:role/r' }));
    const made = await iot.send(new api.CreateKeysAndCertificateCommand({ setAsActive: true }));
    certificateId = made.certificateId ?? '';
    const principal = arn(`cert/${certificateId}`);
    await iot.send(new api.AttachThingPrincipalCommand({ thingName: 'held', principal }));
    await iot.send(new api.AttachPolicyCommand({ policyName: 'held', target: principal }));
    await iot.send(new api.CreateJobCommand({ jobId: 'held', document: '{}', targets: [arn('thing/held')] }));
  });
  afterAll(() => aws.close());

  const job = (more: Partial<api.CreateJobCommandInput>) =>
    iot.send(new api.CreateJobCommand({ jobId: 'new', document: '{}', targets: [arn('thing/held')], ...more }));
  const alias = (more: Partial<api.CreateRoleAliasCommandInput>) =>
    iot.send(
      new api.CreateRoleAliasCommand({ roleAlias: 'new', roleArn: 'arn:aws:iam::000000000000:role/r', ...more }),
    );

  test.each<[string, string, () => Promise<unknown>]>([
    ['a thing’s name with a slash', 'InvalidRequestException', () => thing({ thingName: 'a/b' })],
    ['a thing’s name of 129 characters', 'InvalidRequestException', () => thing({ thingName: 'a'.repeat(129) })],
    ['a thing that exists with other attributes', 'ResourceAlreadyExistsException', () => thing({ thingName: 'held' })],
    ['a thing of a type', 'NotImplemented', () => thing({ thingName: 'typed', thingTypeName: 't' })],
    [
      'to describe a thing that is not there',
      'ResourceNotFoundException',
      () => iot.send(new api.DescribeThingCommand({ thingName: 'absent' })),
    ],
    [
      'to delete a thing that has a certificate',
      'InvalidRequestException',
      () => iot.send(new api.DeleteThingCommand({ thingName: 'held' })),
    ],
    [
      'to attach a certificate that is not there',
      'ResourceNotFoundException',
      () =>
        iot.send(new api.AttachThingPrincipalCommand({ thingName: 'held', principal: arn(`cert/${'0'.repeat(64)}`) })),
    ],
    [
      'a group’s name with a wildcard',
      'InvalidRequestException',
      () => iot.send(new api.CreateThingGroupCommand({ thingGroupName: 'a*' })),
    ],
    [
      'a group that exists with other properties',
      'ResourceAlreadyExistsException',
      () =>
        iot.send(
          new api.CreateThingGroupCommand({
            thingGroupName: 'line',
            thingGroupProperties: { thingGroupDescription: 'other' },
          }),
        ),
    ],
    [
      'a group within a group',
      'NotImplemented',
      () => iot.send(new api.CreateThingGroupCommand({ thingGroupName: 'inner', parentGroupName: 'line' })),
    ],
    [
      'to add a thing to a group that is not there',
      'ResourceNotFoundException',
      () => iot.send(new api.AddThingToThingGroupCommand({ thingName: 'held', thingGroupName: 'absent' })),
    ],
    [
      'to take a thing that is not there out of a group',
      'ResourceNotFoundException',
      () => iot.send(new api.RemoveThingFromThingGroupCommand({ thingName: 'absent', thingGroupName: 'line' })),
    ],
    [
      'to list the things of a group that is not there',
      'ResourceNotFoundException',
      () => iot.send(new api.ListThingsInThingGroupCommand({ thingGroupName: 'absent' })),
    ],
    [
      'a page token of its own invention',
      'InvalidRequestException',
      () => iot.send(new api.ListThingsCommand({ nextToken: 'x' })),
    ],
    [
      'to delete a certificate that is active',
      'CertificateStateException',
      () => iot.send(new api.DeleteCertificateCommand({ certificateId })),
    ],
    [
      'a certificate’s status that is not here',
      'NotImplemented',
      () => iot.send(new api.UpdateCertificateCommand({ certificateId, newStatus: 'REVOKED' })),
    ],
    [
      'a certificate that is not there',
      'ResourceNotFoundException',
      () => iot.send(new api.DescribeCertificateCommand({ certificateId: '0'.repeat(64) })),
    ],
    [
      'a policy that is no JSON',
      'MalformedPolicyException',
      () => iot.send(new api.CreatePolicyCommand({ policyName: 'bad', policyDocument: '{' })),
    ],
    [
      'a policy that exists',
      'ResourceAlreadyExistsException',
      () => iot.send(new api.CreatePolicyCommand({ policyName: 'held', policyDocument })),
    ],
    [
      'to delete a policy that a certificate has',
      'DeleteConflictException',
      () => iot.send(new api.DeletePolicyCommand({ policyName: 'held' })),
    ],
    [
      'a version of a policy that is not the default one',
      'NotImplemented',
      () => iot.send(new api.CreatePolicyVersionCommand({ policyName: 'held', policyDocument })),
    ],
    [
      'to attach a policy that is not there',
      'ResourceNotFoundException',
      () => iot.send(new api.AttachPolicyCommand({ policyName: 'absent', target: arn(`cert/${certificateId}`) })),
    ],
    ['a role alias that exists', 'ResourceAlreadyExistsException', () => alias({ roleAlias: 'held' })],
    [
      'credentials for less than 15 minutes',
      'InvalidRequestException',
      () => alias({ credentialDurationSeconds: 899 }),
    ],
    [
      'credentials for more than 12 hours',
      'InvalidRequestException',
      () => iot.send(new api.UpdateRoleAliasCommand({ roleAlias: 'held', credentialDurationSeconds: 43_201 })),
    ],
    [
      'a role alias that is not there',
      'ResourceNotFoundException',
      () => iot.send(new api.DeleteRoleAliasCommand({ roleAlias: 'absent' })),
    ],
    ['a job’s id with a space', 'InvalidRequestException', () => job({ jobId: 'a b' })],
    ['a job that exists', 'ResourceAlreadyExistsException', () => job({ jobId: 'held' })],
    ['a job for nobody', 'InvalidRequestException', () => job({ targets: [] })],
    ['a job for a thing that is not there', 'ResourceNotFoundException', () => job({ targets: [arn('thing/absent')] })],
    ['a job on a schedule', 'NotImplemented', () => job({ schedulingConfig: { startTime: '2030-01-01T00:00' } })],
    [
      'a job’s execution that is not there',
      'ResourceNotFoundException',
      () => iot.send(new api.DescribeJobExecutionCommand({ jobId: 'held', thingName: 'absent' })),
    ],
    [
      'to cancel a job that is not there',
      'ResourceNotFoundException',
      () => iot.send(new api.CancelJobCommand({ jobId: 'absent' })),
    ],
    [
      'an endpoint of a kind that is not here',
      'NotImplemented',
      () => iot.send(new api.DescribeEndpointCommand({ endpointType: 'iot:Jobs' })),
    ],
  ])('%s: %s', async (_what, name, call) => {
    await expect(call()).rejects.toMatchObject({ name });
  });

  function thing(input: api.CreateThingCommandInput): Promise<unknown> {
    return iot.send(new api.CreateThingCommand(input));
  }

  test('to delete a certificate that a thing or a policy still has', async () => {
    const principal = arn(`cert/${certificateId}`);
    const remove = (forceDelete = false) => iot.send(new api.DeleteCertificateCommand({ certificateId, forceDelete }));
    await iot.send(new api.UpdateCertificateCommand({ certificateId, newStatus: 'INACTIVE' }));
    await expect(remove(true)).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message: expect.stringMatching(/^Things must be detached/),
    });
    await iot.send(new api.DetachThingPrincipalCommand({ thingName: 'held', principal }));
    await expect(remove()).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message: expect.stringMatching(/^Certificate policies must be detached/),
    });
    await remove(true);
  });
});
