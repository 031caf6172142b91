import { createHash, type Hash } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import { refuse } from '../kernel/signature-errors.ts';
import { type Signed, sameText } from '../kernel/sigv4.ts';

/** Judges the signatures that chunks, and the trailers behind them, carry. */
export interface ChunkSignatures {
  /** Sees the chunk's bytes as they pass. */
  update(bytes: Uint8Array): void;
  /** At a chunk's end. `extension` is what stands behind the size in its header. @throws SignatureDoesNotMatch */
  chunk(extension: string): void;
  /** At the end of all trailers. @throws SignatureDoesNotMatch */
  trailers(trailers: Map<string, string>): void;
}

const EMPTY = createHash('sha256').digest('hex');
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';

/** No signatures: `STREAMING-UNSIGNED-PAYLOAD-TRAILER`. */
export const unsignedChunks: ChunkSignatures = { update: () => {}, chunk: () => {}, trailers: () => {} };

/**
 * Each chunk's signature goes on from the one before, the first from the request's own ("Signature calculations for the
 * Authorization header: transferring payload in multiple chunks", S3 API Reference).
 */
export function signedChunks(signed: Signed, trailing: boolean): ChunkSignatures {
  let previous = signed.signature;
  let hash: Hash = createHash('sha256');
  const expect = (given: string | undefined, expected: string) => {
    if (!sameText(given ?? '', expected)) throw refuse('s3', 'mismatch', '');
    previous = expected;
  };
  return {
    update: (bytes) => void hash.update(bytes),
    chunk(extension) {
      const given = /^;chunk-signature=([0-9a-f]{64})$/.exec(extension)?.[1];
      expect(given, signed.sign('AWS4-HMAC-SHA256-PAYLOAD', previous, EMPTY, hash.digest('hex')));
      hash = createHash('sha256');
    },
    trailers(trailers) {
      const given = trailers.get(TRAILER_SIGNATURE);
      trailers.delete(TRAILER_SIGNATURE);
      if (!trailing && trailers.size > 0)
        throw new AwsError('MalformedTrailerError', 'The request contained trailing data that was not well-formed', {
          status: 400,
        });
      if (!trailing) return;
      const text = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
      expect(given, signed.sign('AWS4-HMAC-SHA256-TRAILER', previous, createHash('sha256').update(text).digest('hex')));
    },
  };
}
