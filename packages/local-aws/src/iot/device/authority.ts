import { createPrivateKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeFileAtomically } from '../../kernel/files.ts';
import { makeCertificate } from './certificate.ts';

/** The account's certificate authority: devices believe it, and their certificates come from it. */
export interface Authority {
  /** PEM of the root certificate. */
  root: string;
  /** For the endpoint's TLS server. */
  server: { cert: string; key: string };
  /** A new 2048-bit RSA key pair with its certificate, as `CreateKeysAndCertificate` gives them (PEM). */
  issue(): Promise<{ certificatePem: string; publicKey: string; privateKey: string }>;
}

interface Paths {
  root: string;
  key: string;
  server: string;
}

const ROOT = 'Embedded AWS IoT Root CA';
/** As on AWS IoT: certificates live until 2049-12-31. */
const END = new Date(Date.UTC(2049, 11, 31, 23, 59, 59));
/** A device whose clock is a little late must not take a new certificate for a future one. */
const DAY = 86_400_000;

const newKeys = promisify(generateKeyPair);

/** Opens the authority in `folder`, or makes it. */
export async function openAuthority(folder: string, now: number): Promise<Authority> {
  const validity = { notBefore: new Date(now - DAY), notAfter: END };
  const paths = {
    root: join(folder, 'root-ca.pem'),
    key: join(folder, 'root-ca.key'),
    server: join(folder, 'server.pem'),
  };
  // The server's file is written last: when it is there, all are.
  if (!existsSync(paths.server)) await create(paths, validity);
  const [root, key, server] = await Promise.all(
    [paths.root, paths.key, paths.server].map((path) => readFile(path, 'utf8')),
  );
  if (!root || !key || !server)
    throw new Error(`the certificate authority in ${folder} is incomplete: remove the folder`);
  const signingKey = createPrivateKey(key);
  return {
    root,
    server: { cert: server, key: server },
    async issue() {
      const { publicKey, privateKey } = await newKeys('rsa', { modulusLength: 2048 });
      const subject = 'AWS IoT Certificate';
      return {
        certificatePem: makeCertificate({ subject, issuer: ROOT, publicKey, signingKey, ...validity, use: 'client' }),
        publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      };
    },
  };
}

/** SHA-256 fingerprint of a certificate, lower-case hex: its id. */
export function certificateIdOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

async function create(paths: Paths, validity: { notBefore: Date; notAfter: Date }): Promise<void> {
  const authority = await newKeys('ec', { namedCurve: 'P-256' });
  const server = await newKeys('ec', { namedCurve: 'P-256' });
  const common = { issuer: ROOT, signingKey: authority.privateKey, ...validity };
  const root = makeCertificate({ ...common, subject: ROOT, publicKey: authority.publicKey, use: 'authority' });
  const certificate = makeCertificate({
    ...common,
    subject: '127.0.0.1',
    publicKey: server.publicKey,
    use: 'server',
    addresses: { ip: ['127.0.0.1'], dns: ['localhost'] },
  });
  await writeFileAtomically(paths.key, pem(authority.privateKey));
  await writeFileAtomically(paths.root, root);
  await writeFileAtomically(paths.server, `${pem(server.privateKey)}${certificate}`);
}

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
