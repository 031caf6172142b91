import { AwsError } from './errors.ts';

/**
 * How a service says that it doesn't believe a signature: S3, the services of the Query protocol, and all others each
 * have codes of their own. Source: "Common errors" of the services' API references; "Error responses", S3 API Reference.
 */
export type SignatureDialect = 's3' | 'query' | 'json';

type Refusal =
  | 'missing'
  | 'incomplete'
  | 'unknownKey'
  | 'wrongToken'
  | 'expiredToken'
  | 'skewed'
  | 'wrongScope'
  | 'unsignedHeader'
  | 'mismatch';

const INVALID_TOKEN = 'The security token included in the request is invalid.';
const EXPIRED_TOKEN = 'The security token included in the request is expired';
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';

/** Code, HTTP status, and message where it is always the same. */
const REFUSALS: Record<SignatureDialect, Record<Refusal, [code: string, status: number, message?: string]>> = {
  s3: {
    missing: ['AccessDenied', 403, 'Access Denied'],
    incomplete: ['AuthorizationHeaderMalformed', 400],
    unknownKey: ['InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.'],
    wrongToken: ['InvalidToken', 400, 'The provided token is malformed or otherwise invalid.'],
    expiredToken: ['ExpiredToken', 400, 'The provided token has expired.'],
    skewed: ['RequestTimeTooSkewed', 403, 'The difference between the request time and the current time is too large.'],
    wrongScope: ['AuthorizationHeaderMalformed', 400],
    unsignedHeader: ['AccessDenied', 403, 'There were headers present in the request which were not signed'],
    mismatch: ['SignatureDoesNotMatch', 403, MISMATCH],
  },
  query: {
    missing: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
    incomplete: ['IncompleteSignature', 400],
    unknownKey: ['InvalidClientTokenId', 403, INVALID_TOKEN],
    wrongToken: ['InvalidClientTokenId', 403, INVALID_TOKEN],
    expiredToken: ['ExpiredToken', 403, EXPIRED_TOKEN],
    skewed: ['SignatureDoesNotMatch', 403],
    wrongScope: ['SignatureDoesNotMatch', 403],
    unsignedHeader: ['SignatureDoesNotMatch', 403],
    mismatch: ['SignatureDoesNotMatch', 403, MISMATCH],
  },
  json: {
    missing: ['MissingAuthenticationTokenException', 403, 'Missing Authentication Token'],
    incomplete: ['IncompleteSignatureException', 400],
    unknownKey: ['UnrecognizedClientException', 403, INVALID_TOKEN],
    wrongToken: ['UnrecognizedClientException', 403, INVALID_TOKEN],
    expiredToken: ['ExpiredTokenException', 403, EXPIRED_TOKEN],
    skewed: ['InvalidSignatureException', 403],
    wrongScope: ['InvalidSignatureException', 403],
    unsignedHeader: ['InvalidSignatureException', 403],
    mismatch: ['InvalidSignatureException', 403, MISMATCH],
  },
};

export function refuse(
  dialect: SignatureDialect,
  refusal: Refusal,
  detail: string,
  extra: Record<string, unknown> = {},
): AwsError {
  const [code, status, message = detail] = REFUSALS[dialect][refusal];
  return new AwsError(code, message, { status, extra });
}
