import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Caller } from './caller.ts';
import type { Clock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import { AwsError } from './errors.ts';
import { decodeSegment, type RequestTarget } from './request-target.ts';
import { refuse, type SignatureDialect } from './signature-errors.ts';

/** What a request's `Authorization` header, or a presigned URL's parameters, claim. */
export interface SignatureClaim {
  accessKeyId: string;
  /** `YYYYMMDD` */
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  timestamp: string;
  securityToken: string | undefined;
  /** Seconds that a presigned URL lives; absent for a signed header. */
  expires: number | undefined;
}

/** Who signed, and what the signatures of a chunked body go on from. */
export interface Signed {
  caller: Caller;
  /** The signature that the request carries: the seed of its chunks' signatures. */
  signature: string;
  /** Signs a text with the key and scope of the request. */
  sign(algorithm: string, ...lines: string[]): string;
}

export interface Verification {
  credentials: Credentials;
  clock: Clock;
  /** Signatures are dated by their client's clock, not by an emulated one; milliseconds since the epoch. */
  wallClock: () => number;
  dialect: SignatureDialect;
  /** The regions that the scope may name; any when absent (IAM, whose endpoint is global). */
  regions?: readonly string[];
}

const HEX_SHA256 = /^[0-9a-f]{64}$/;
const MAX_SKEW = 15 * 60_000;
const LONGEST_PRESIGN = 7 * 24 * 3600;
const ALGORITHM = 'AWS4-HMAC-SHA256';
const PAYLOAD_WORDS = [
  'UNSIGNED-PAYLOAD',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
];

/** Reads the claim without judging it; undefined when the request is not signed at all. */
export function signatureClaim(
  message: IncomingMessage,
  { query }: RequestTarget,
  dialect: SignatureDialect,
): SignatureClaim | undefined {
  const presigned = query.has('X-Amz-Signature');
  const header = message.headers.authorization ?? '';
  if (!presigned && !header.startsWith(`${ALGORITHM} `)) return undefined;
  if (presigned && query.get('X-Amz-Algorithm') !== ALGORITHM)
    throw queryParameters(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const field = (name: string) => new RegExp(`[\\s,]${name}=([^,\\s]+)`).exec(header)?.[1] ?? '';
  const scope = ((presigned ? query.get('X-Amz-Credential') : field('Credential')) ?? '').split('/');
  const [accessKeyId, date, region, service, terminator] = scope;
  if (!accessKeyId || !date || !region || !service || terminator !== 'aws4_request' || scope.length !== 5)
    throw refuse(
      dialect,
      'incomplete',
      "Credential must have the form '<key id>/YYYYMMDD/REGION/SERVICE/aws4_request'.",
    );
  const signedHeaders = (presigned ? query.get('X-Amz-SignedHeaders') : field('SignedHeaders')) ?? '';
  return {
    accessKeyId,
    date,
    region,
    service,
    signedHeaders: signedHeaders.split(';').filter(Boolean),
    signature: (presigned ? query.get('X-Amz-Signature') : field('Signature')) ?? '',
    timestamp: (presigned ? query.get('X-Amz-Date') : headerOf(message, 'x-amz-date')) ?? '',
    securityToken:
      (presigned ? query.get('X-Amz-Security-Token') : headerOf(message, 'x-amz-security-token')) ?? undefined,
    expires: presigned ? Number(query.get('X-Amz-Expires')) : undefined,
  };
}

/**
 * Verifies a Signature Version 4 and says who signed. The payload's digest is taken from `x-amz-content-sha256` where the
 * client sent it (whoever reads the body compares it, see {@link declaredPayloadDigest}), else computed from `bytes`.
 * Source: "Create a signed AWS API request", IAM User Guide.
 */
export async function verifySignature(
  claim: SignatureClaim,
  message: IncomingMessage,
  target: RequestTarget,
  bytes: () => Promise<Buffer>,
  { credentials, clock, wallClock, dialect, regions }: Verification,
): Promise<Signed> {
  const key = credentials.find(claim.accessKeyId);
  if (!key) throw refuse(dialect, 'unknownKey', '');
  if (!sameText(key.sessionToken ?? '', claim.securityToken ?? '')) throw refuse(dialect, 'wrongToken', '');
  checkDate(claim, wallClock(), dialect);
  checkScope(claim, dialect, regions);
  checkSignedHeaders(claim, message, dialect);
  const digest = payloadDigest(claim, declaredPayloadDigest(message, target), dialect) ?? sha256(await bytes());
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const derived = signingKey(scope, key.secretAccessKey);
  const sign: Signed['sign'] = (algorithm, ...lines) =>
    hmac(derived, [algorithm, claim.timestamp, scope, ...lines].join('\n')).toString('hex');
  const expected = sign(ALGORITHM, sha256(canonicalRequest(claim, message, target, digest)));
  if (!sameText(claim.signature, expected)) throw refuse(dialect, 'mismatch', '');
  // Told only to who holds the key's secret.
  if (key.expires !== undefined && clock.now() > key.expires) throw refuse(dialect, 'expiredToken', '');
  return { caller: key.caller, signature: expected, sign };
}

/** The digest that the client states for its payload, or one of S3's words (`UNSIGNED-PAYLOAD`, `STREAMING-…`). */
export function declaredPayloadDigest(message: IncomingMessage, { query }: RequestTarget): string | undefined {
  return headerOf(message, 'x-amz-content-sha256') ?? query.get('X-Amz-Content-Sha256') ?? undefined;
}

/** Only S3 believes words in a digest's place; elsewhere the body is signed, whatever the client says of it. */
function payloadDigest(claim: SignatureClaim, declared: string | undefined, dialect: SignatureDialect) {
  if (isSha256(declared)) return declared;
  if (dialect !== 's3') return undefined;
  if (declared !== undefined && !PAYLOAD_WORDS.includes(declared))
    throw new AwsError(
      'InvalidArgument',
      `x-amz-content-sha256 must be ${PAYLOAD_WORDS.join(', ')} or a valid sha256 value.`,
      { status: 400, extra: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: declared } },
    );
  return declared ?? (claim.expires === undefined ? undefined : 'UNSIGNED-PAYLOAD');
}

export function isSha256(digest: string | undefined): digest is string {
  return digest !== undefined && HEX_SHA256.test(digest);
}

/** Compares in a time that says nothing of where the texts differ. */
export function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function checkDate(claim: SignatureClaim, now: number, dialect: SignatureDialect): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.timestamp);
  const [, year, month, day, hours, minutes, seconds] = match ?? [];
  const time = match ? Date.UTC(+year!, +month! - 1, +day!, +hours!, +minutes!, +seconds!) : Number.NaN;
  if (Number.isNaN(time) || claim.timestamp.slice(0, 8) !== claim.date)
    throw refuse(
      dialect,
      'incomplete',
      "Date must have the form 'YYYYMMDDTHHMMSSZ' and agree with the credential's date.",
    );
  if (claim.expires !== undefined) {
    if (!(claim.expires > 0 && claim.expires <= LONGEST_PRESIGN))
      throw queryParameters('X-Amz-Expires must be between 1 and 604800 seconds');
    if (now > time + claim.expires * 1000) throw new AwsError('AccessDenied', 'Request has expired', { status: 403 });
    if (time > now + MAX_SKEW) throw new AwsError('AccessDenied', 'Request is not yet valid', { status: 403 });
  } else if (Math.abs(now - time) > MAX_SKEW) {
    const problem = time < now ? 'Signature expired' : 'Signature not yet current';
    throw refuse(dialect, 'skewed', `${problem}: ${claim.timestamp} is not within 15 minutes of the current time.`);
  }
}

function checkScope(claim: SignatureClaim, dialect: SignatureDialect, regions: readonly string[] | undefined): void {
  if (!regions || regions.includes(claim.region)) return;
  const [expected = ''] = regions;
  const message =
    dialect === 's3'
      ? `The authorization header is malformed; the region '${claim.region}' is wrong; expecting '${expected}'`
      : 'Credential should be scoped to a valid region.';
  throw refuse(dialect, 'wrongScope', message, dialect === 's3' ? { Region: expected } : {});
}

/** The host and all of AWS's own headers must be signed: nobody on the way may add or exchange one. */
function checkSignedHeaders(claim: SignatureClaim, message: IncomingMessage, dialect: SignatureDialect): void {
  const own = Object.keys(message.headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  const unsigned = own.filter((name) => !claim.signedHeaders.includes(name));
  if (unsigned.length === 0) return;
  const names = unsigned.join(', ');
  throw refuse(
    dialect,
    'unsignedHeader',
    `'${names}' must be a 'SignedHeader' in the AWS Authorization.`,
    dialect === 's3' ? { HeadersNotSigned: names } : {},
  );
}

function canonicalRequest(claim: SignatureClaim, message: IncomingMessage, target: RequestTarget, digest: string) {
  const query = [...target.query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers = claim.signedHeaders
    .map((name) => `${name}:${(headerOf(message, name) ?? '').trim().replace(/\s+/g, ' ')}\n`)
    .join('');
  const path = canonicalPath(target.path, claim.service);
  return [message.method, path, query, headers, claim.signedHeaders.join(';'), digest].join('\n');
}

/** S3 signs the path as it is, encoded once; all others its normal form, encoded once more. */
function canonicalPath(path: string, service: string): string {
  const segments = path.split('/');
  if (service === 's3') return segments.map((segment) => encode(decodeSegment(segment))).join('/');
  const normal: string[] = [];
  for (const segment of segments) {
    if (segment === '..') normal.pop();
    else if (segment !== '.' && segment !== '') normal.push(encode(segment));
  }
  return `/${normal.join('/')}${normal.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

/** Keys of a day, region and service, by scope and secret. */
const signingKeys = new Map<string, KeyObject>();
const MOST_SIGNING_KEYS = 1000;

/** The key is the same for all requests of a scope; deriving it costs twenty times as much as signing with it. */
function signingKey(scope: string, secret: string): KeyObject {
  const name = `${scope} ${secret}`;
  let key = signingKeys.get(name);
  if (!key) {
    if (signingKeys.size >= MOST_SIGNING_KEYS) signingKeys.clear();
    key = createSecretKey(
      scope.split('/').reduce((derived, part) => hmac(derived, part), Buffer.from(`AWS4${secret}`)),
    );
    signingKeys.set(name, key);
  }
  return key;
}

function headerOf(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

const queryParameters = (message: string) =>
  new AwsError('AuthorizationQueryParametersError', message, { status: 400 });
const encode = (text: string) =>
  encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const hmac = (key: Buffer | KeyObject, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (content: Buffer | string) => hash('sha256', content);
