import type { TLSSocket } from 'node:tls';
import { type PolicyVariables, policyAllows } from '../policy.ts';
import type { Certificate } from '../records.ts';
import { certificateArn, type Iot } from '../state.ts';

/** Who is at the other end of a TLS connection: an active certificate of ours, or nobody. */
export function certificateOf(iot: Iot, socket: TLSSocket): Certificate | undefined {
  if (!socket.authorized) return undefined;
  const fingerprint = socket.getPeerCertificate().fingerprint256;
  if (!fingerprint) return undefined;
  const certificate = iot.certificates.get(fingerprint.replaceAll(':', '').toLowerCase());
  return certificate?.active ? certificate : undefined;
}

/** Whether the thing of this name may use the certificate. */
export function isAttached(iot: Iot, certificate: Certificate, thing: string): boolean {
  return iot.things.get(thing)?.principals.includes(certificateArn(iot.kernel, certificate.id)) ?? false;
}

/** Decides what a certificate's policies, as they are now, allow a client of this id. */
export function isAllowed(
  iot: Iot,
  certificate: Certificate,
  clientId: string,
  action: string,
  resource: string,
): boolean {
  const current = iot.certificates.get(certificate.id);
  if (!current?.active) return false;
  const documents = current.policies.flatMap((name) => iot.policies.get(name)?.document ?? []);
  const variables: PolicyVariables = {
    'iot:ClientId': clientId,
    // The variable stands for the client's id when that is a thing which has the certificate.
    ...(isAttached(iot, current, clientId) && { 'iot:Connection.Thing.ThingName': clientId }),
  };
  return policyAllows(documents, action, resource, variables);
}
