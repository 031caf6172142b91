import { createHash } from 'node:crypto';
import type { ChecksumAlgorithm } from '@aws-sdk/client-s3';
import { AwsError } from '../kernel/errors.ts';
import type { Request } from '../kernel/service.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { ALGORITHMS, algorithmOf, type Checksum, type ChecksumMember } from './checksums.ts';
import { type ChunkSignatures, signedChunks, unsignedChunks } from './chunk-signatures.ts';
import type { ObjectFiles, Segment } from './object-files.ts';

/** What the members of PutObject and UploadPart say about the body. */
export type BodyClaims = Partial<Record<ChecksumMember, string>> & {
  Body?: unknown;
  ContentMD5?: string;
  ChecksumAlgorithm?: ChecksumAlgorithm;
};

export interface StoredBody {
  segment: Segment;
  /** Hex. */
  md5: string;
  checksum: Checksum;
}

/**
 * Stores a request's body as a file, framing removed and every digest that the client gave verified. Only the caller's
 * row makes the file an object's content: until then it is nobody's, and after a failure it is removed.
 */
export async function storeBody(
  files: ObjectFiles,
  claims: BodyClaims,
  request: Request,
  requested?: ChecksumAlgorithm,
): Promise<StoredBody> {
  const headers = request.http?.message.headers ?? {};
  const framed = /(^|,)\s*aws-chunked/.test(headers['content-encoding'] ?? '') || isStreamed(headers);
  const trailers = new Map<string, string>();
  const bytes = bytesOf(claims.Body);
  const content = framed ? decodeAwsChunked(bytes, trailers, signaturesOf(request)) : bytes;

  const announced = framed ? String(headers['x-amz-trailer'] ?? '').toLowerCase() : '';
  const algorithm =
    ALGORITHMS.find(({ member, header }) => claims[member] !== undefined || announced.includes(header)) ??
    algorithmOf(requested ?? claims.ChecksumAlgorithm ?? 'CRC64NVME');
  if (!algorithm) throw new AwsError('InvalidRequest', 'Checksum algorithm provided is unsupported.', { status: 400 });

  const md5 = createHash('md5');
  const calculation = algorithm.start();
  const segment = await files.write(content, (chunk) => {
    md5.update(chunk);
    calculation.update(chunk);
  });
  try {
    const digest = md5.digest();
    const value = await calculation.digest();
    const decodedLength = headers['x-amz-decoded-content-length'];
    if (framed && decodedLength !== undefined && Number(decodedLength) !== segment.size)
      throw new AwsError(
        'IncompleteBody',
        'You did not provide the number of bytes specified by the x-amz-decoded-content-length header.',
        { status: 400 },
      );
    verifyMd5(claims.ContentMD5, digest);
    const claimed = claims[algorithm.member] ?? trailers.get(algorithm.header);
    if (claimed !== undefined) verifyChecksum(algorithm, claimed, value);
    return {
      segment,
      md5: digest.toString('hex'),
      checksum: { algorithm: algorithm.name, value, type: 'FULL_OBJECT' },
    };
  } catch (error) {
    await files.discard([segment]);
    throw error;
  }
}

function verifyMd5(claimed: string | undefined, digest: Buffer): void {
  if (claimed === undefined) return;
  if (Buffer.from(claimed, 'base64').length !== 16)
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.', { status: 400 });
  if (claimed !== digest.toString('base64'))
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', { status: 400 });
}

function verifyChecksum(algorithm: { name: string; header: string; length: number }, claimed: string, value: string) {
  if (Buffer.from(claimed, 'base64').length !== algorithm.length)
    throw new AwsError('InvalidRequest', `Value for ${algorithm.header} header is invalid.`, { status: 400 });
  if (claimed !== value)
    throw new AwsError('BadDigest', `The ${algorithm.name} you specified did not match the calculated checksum.`, {
      status: 400,
    });
}

type Headers = Record<string, string | string[] | undefined>;

const isStreamed = (headers: Headers) => String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');

function signaturesOf({ http }: Request): ChunkSignatures {
  const form = String(http?.message.headers['x-amz-content-sha256'] ?? '');
  return http && form.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')
    ? signedChunks(http.signed, form.endsWith('-TRAILER'))
    : unsignedChunks;
}

/** A body over HTTP is a stream; from another service of this process it may be text or bytes too. */
async function* bytesOf(body: unknown): AsyncGenerator<Uint8Array> {
  if (body === undefined || body === null) return;
  if (typeof body === 'string') yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else if (typeof body === 'object' && Symbol.asyncIterator in body) {
    for await (const chunk of body as AsyncIterable<unknown>) {
      if (typeof chunk === 'string') yield Buffer.from(chunk);
      else if (chunk instanceof Uint8Array) yield chunk;
      else throw new TypeError("an object's body must be a stream of bytes");
    }
  } else throw new TypeError("an object's body must be text, bytes or a stream of bytes");
}
