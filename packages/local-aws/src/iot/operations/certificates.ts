import { AwsError, notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { certificateIdOf } from '../device/authority.ts';
import { inUse, invalid, required } from '../errors.ts';
import { page } from '../pages.ts';
import { certificateArn, certificateOf, type Iot, policyArn } from '../state.ts';

/** Makes a key pair and its certificate. The private key is in this answer and nowhere else. */
export const createKeysAndCertificate: Operation<'iot', 'CreateKeysAndCertificate', Iot> = async (
  input,
  _request,
  iot,
) => {
  const authority = await iot.authority;
  if (!authority) throw invalid('The certificate authority is not open yet.');
  const { certificatePem, publicKey, privateKey } = await authority.issue();
  const id = certificateIdOf(certificatePem);
  const created = iot.kernel.clock.now();
  iot.certificates.put(id, { id, pem: certificatePem, active: input.setAsActive ?? false, created, policies: [] });
  return {
    certificateArn: certificateArn(iot.kernel, id),
    certificateId: id,
    certificatePem,
    keyPair: { PublicKey: publicKey, PrivateKey: privateKey },
  };
};

export const describeCertificate: Operation<'iot', 'DescribeCertificate', Iot> = (input, _request, iot) => {
  const certificate = required(iot.certificates.get(input.certificateId ?? ''), `Certificate ${input.certificateId}`);
  return {
    certificateDescription: {
      certificateArn: certificateArn(iot.kernel, certificate.id),
      certificateId: certificate.id,
      status: certificate.active ? 'ACTIVE' : 'INACTIVE',
      certificatePem: certificate.pem,
      ownedBy: iot.kernel.account,
      creationDate: new Date(certificate.created),
    },
  };
};

/** A certificate that is deactivated lets nobody stay connected. */
export const updateCertificate: Operation<'iot', 'UpdateCertificate', Iot> = (input, _request, iot) => {
  const { certificates, kernel } = iot;
  const { certificateId = '', newStatus } = input;
  const certificate = required(certificates.get(certificateId), `Certificate ${certificateId}`);
  if (newStatus !== 'ACTIVE' && newStatus !== 'INACTIVE')
    throw notImplemented(`IoT: the certificate status ${newStatus} (ACTIVE and INACTIVE are)`);
  certificates.put(certificateId, { ...certificate, active: newStatus === 'ACTIVE' });
  if (newStatus === 'INACTIVE') kernel.store.whenDurable(() => iot.endpoint?.disconnect(certificateId));
  return {};
};

export const deleteCertificate: Operation<'iot', 'DeleteCertificate', Iot> = (input, _request, iot) => {
  const { certificateId = '', forceDelete } = input;
  const certificate = required(iot.certificates.get(certificateId), `Certificate ${certificateId}`);
  const arn = certificateArn(iot.kernel, certificateId);
  if (certificate.active)
    throw new AwsError(
      'CertificateStateException',
      `The certificate must be deactivated before deletion. (id=${certificateId})`,
    );
  if (iot.things.list().some(({ value }) => value.principals.includes(arn)))
    throw inUse(`Things must be detached before deletion (arn: ${arn})`);
  if (certificate.policies.length > 0 && !forceDelete)
    throw inUse(`Certificate policies must be detached before deletion (arn: ${arn})`);
  iot.certificates.delete(certificateId);
  return {};
};

export const attachPolicy: Operation<'iot', 'AttachPolicy', Iot> = (
  { policyName = '', target = '' },
  _request,
  iot,
) => {
  required(iot.policies.get(policyName), `Policy ${policyName}`);
  const certificate = required(certificateOf(iot, target), `Certificate ${target}`);
  if (!certificate.policies.includes(policyName))
    iot.certificates.put(certificate.id, { ...certificate, policies: [...certificate.policies, policyName] });
  return {};
};

export const detachPolicy: Operation<'iot', 'DetachPolicy', Iot> = (
  { policyName = '', target = '' },
  _request,
  iot,
) => {
  const certificate = required(certificateOf(iot, target), `Certificate ${target}`);
  const policies = certificate.policies.filter((name) => name !== policyName);
  iot.certificates.put(certificate.id, { ...certificate, policies });
  return {};
};

export const listAttachedPolicies: Operation<'iot', 'ListAttachedPolicies', Iot> = (input, _request, iot) => {
  const certificate = required(certificateOf(iot, input.target), `Certificate ${input.target}`);
  const { items, nextToken } = page(certificate.policies, input.pageSize, input.marker);
  return {
    policies: items.map((policyName) => ({ policyName, policyArn: policyArn(iot.kernel, policyName) })),
    nextMarker: nextToken,
  };
};
