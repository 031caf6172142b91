import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Caller } from './caller.ts';
import type { Clock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import { AwsError } from './errors.ts';

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

const HEX_SHA256 = /^[0-9a-f]{64}$/;
const MAX_SKEW = 15 * 60_000;
const LONGEST_PRESIGN = 7 * 24 * 3600;

/** Reads the claim without judging it; undefined when the request is not signed at all. */
export function signatureClaim(message: IncomingMessage, url: URL): SignatureClaim | undefined {
  const query = url.searchParams;
  const presigned = query.has('X-Amz-Signature');
  const header = message.headers.authorization ?? '';
  if (!presigned && !header.startsWith('AWS4-HMAC-SHA256 ')) return undefined;
  const field = (name: string) => new RegExp(`\\b${name}=([^,\\s]+)`).exec(header)?.[1] ?? '';
  const scope = ((presigned ? query.get('X-Amz-Credential') : field('Credential')) ?? '').split('/');
  const [accessKeyId, date, region, service, terminator] = scope;
  if (!accessKeyId || !date || !region || !service || terminator !== 'aws4_request' || scope.length !== 5)
    throw new AwsError(
      'IncompleteSignature',
      "Credential must have the form '<key id>/YYYYMMDD/REGION/SERVICE/aws4_request'.",
      { status: 403 },
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
  url: URL,
  bytes: () => Promise<Buffer>,
  { credentials, clock, wallClock }: { credentials: Credentials; clock: Clock; wallClock: () => number },
): Promise<Caller> {
  const s3 = claim.service === 's3';
  const key = credentials.find(claim.accessKeyId);
  if (!key) {
    if (s3) throw denied('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
    throw denied('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (key.sessionToken !== undefined && key.sessionToken !== claim.securityToken)
    throw denied(
      s3 ? 'InvalidToken' : 'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  if (key.expires !== undefined && clock.now() > key.expires)
    throw denied(
      s3 ? 'ExpiredToken' : 'ExpiredTokenException',
      'The security token included in the request is expired',
    );
  checkDate(claim, wallClock());
  if (!claim.signedHeaders.includes('host')) throw denied('SignatureDoesNotMatch', "The header 'host' must be signed.");
  const digest =
    declaredPayloadDigest(message, url) ??
    (claim.expires !== undefined && s3 ? 'UNSIGNED-PAYLOAD' : sha256(await bytes()));
  const expected = signatureOf(claim, canonicalRequest(claim, message, url, digest), key.secretAccessKey);
  const given = Buffer.from(claim.signature);
  if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected)))
    throw denied(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  return key.caller;
}

/** The digest that the client states for its payload, or one of S3's words (`UNSIGNED-PAYLOAD`, `STREAMING-…`). */
export function declaredPayloadDigest(message: IncomingMessage, url: URL): string | undefined {
  return headerOf(message, 'x-amz-content-sha256') ?? url.searchParams.get('X-Amz-Content-Sha256') ?? undefined;
}

export function isSha256(digest: string | undefined): digest is string {
  return digest !== undefined && HEX_SHA256.test(digest);
}

function checkDate(claim: SignatureClaim, now: number): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.timestamp);
  const [, year, month, day, hours, minutes, seconds] = match ?? [];
  const time = match ? Date.UTC(+year!, +month! - 1, +day!, +hours!, +minutes!, +seconds!) : Number.NaN;
  if (Number.isNaN(time) || !claim.timestamp.startsWith(claim.date))
    throw denied(
      'IncompleteSignature',
      "Date must have the form 'YYYYMMDDTHHMMSSZ' and agree with the credential's date.",
    );
  if (claim.expires !== undefined) {
    if (!(claim.expires > 0 && claim.expires <= LONGEST_PRESIGN))
      throw new AwsError('AuthorizationQueryParametersError', 'X-Amz-Expires must be between 1 and 604800 seconds', {
        status: 400,
      });
    if (now > time + claim.expires * 1000) throw denied('AccessDenied', 'Request has expired');
    if (time > now + MAX_SKEW) throw denied('AccessDenied', 'Request is not yet valid');
  } else if (Math.abs(now - time) > MAX_SKEW) {
    if (claim.service === 's3')
      throw denied(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
      );
    throw denied(
      'SignatureDoesNotMatch',
      `Signature expired: ${claim.timestamp} is not within 15 minutes of the current time.`,
    );
  }
}

function canonicalRequest(claim: SignatureClaim, message: IncomingMessage, url: URL, digest: string): string {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const rawPath = (message.url ?? '/').split('?')[0] ?? '/';
  // S3 signs the path encoded once; all others encode the path as sent once more.
  const path = rawPath
    .split('/')
    .map((segment) => encode(claim.service === 's3' ? decode(segment) : segment))
    .join('/');
  const headers = claim.signedHeaders
    .map((name) => `${name}:${(headerOf(message, name) ?? '').trim().replace(/\s+/g, ' ')}\n`)
    .join('');
  return [message.method, path, query, headers, claim.signedHeaders.join(';'), digest].join('\n');
}

function signatureOf(claim: SignatureClaim, canonical: string, secret: string): string {
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', claim.timestamp, scope, sha256(canonical)].join('\n');
  return hmac(signingKey(scope, secret), text).toString('hex');
}

/** Keys of a day, region and service, by scope and secret. */
const signingKeys = new Map<string, Buffer>();
const MOST_SIGNING_KEYS = 1000;

/** The key is the same for all requests of a scope; deriving it costs four times as much as signing with it. */
function signingKey(scope: string, secret: string): Buffer {
  const name = `${scope} ${secret}`;
  let key = signingKeys.get(name);
  if (!key) {
    if (signingKeys.size >= MOST_SIGNING_KEYS) signingKeys.clear();
    key = scope.split('/').reduce((derived, part) => hmac(derived, part), Buffer.from(`AWS4${secret}`));
    signingKeys.set(name, key);
  }
  return key;
}

function headerOf(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", { status: 400, cause: error });
  }
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');
const denied = (code: string, message: string) => new AwsError(code, message, { status: 403 });
