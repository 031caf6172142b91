import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

export interface CertificateRequest {
  /** Common names. */
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  /** The issuer's EC P-256 key. */
  signingKey: KeyObject;
  notBefore: Date;
  notAfter: Date;
  use: 'authority' | 'server' | 'client';
  /** For a server: the addresses that it is reached at. */
  addresses?: { ip: string[]; dns: string[] };
}

const COMMON_NAME = '2.5.4.3';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

/** Makes an X.509 version 3 certificate (RFC 5280), signed with ECDSA over SHA-256; PEM. */
export function makeCertificate(request: CertificateRequest): string {
  const signature = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const serial = randomBytes(16);
  // A serial number is positive and as short as it can be (RFC 5280, 4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: bytes(serial),
    signature,
    issuer: commonName(request.issuer),
    subject: commonName(request.subject),
    validity: new Validity({ notBefore: request.notBefore, notAfter: request.notAfter }),
    subjectPublicKeyInfo: AsnConvert.parse(spki(request.publicKey), SubjectPublicKeyInfo),
    extensions: new Extensions(extensionsOf(request)),
  });
  const signed = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), request.signingKey);
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: signature, signatureValue: bytes(signed) });
  const lines =
    Buffer.from(AsnConvert.serialize(certificate))
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function extensionsOf({ use, publicKey, signingKey, addresses }: CertificateRequest): Extension[] {
  const extension = (extnID: string, value: unknown, critical = false) =>
    new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
  const authority = use === 'authority';
  const names = [
    ...(addresses?.ip ?? []).map((iPAddress) => new GeneralName({ iPAddress })),
    ...(addresses?.dns ?? []).map((dNSName) => new GeneralName({ dNSName })),
  ];
  return [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: authority }), true),
    extension(
      id_ce_keyUsage,
      new KeyUsage(authority ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature),
      true,
    ),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(publicKey))),
    extension(
      id_ce_authorityKeyIdentifier,
      new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdentifier(createPublicKey(signingKey))) }),
    ),
    ...(authority
      ? []
      : [extension(id_ce_extKeyUsage, new ExtendedKeyUsage([use === 'server' ? id_kp_serverAuth : id_kp_clientAuth]))]),
    ...(names.length > 0 ? [extension(id_ce_subjectAltName, new SubjectAlternativeName(names))] : []),
  ];
}

const commonName = (name: string): Name =>
  new Name([
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({ type: COMMON_NAME, value: new AttributeValue({ utf8String: name }) }),
    ]),
  ]);

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const keyIdentifier = (key: KeyObject): ArrayBuffer => bytes(createHash('sha1').update(spki(key)).digest());

/** The bytes in a buffer of their own, which the ASN.1 library wants. */
const bytes = (view: Buffer): ArrayBuffer => new Uint8Array(view).buffer;
