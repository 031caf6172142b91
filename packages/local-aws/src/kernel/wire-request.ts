import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable, Transform } from 'node:stream';
import { AwsError } from './errors.ts';
import type { WireRequest } from './protocol/request.ts';
import type { RequestTarget } from './request-target.ts';
import { declaredPayloadDigest, isSha256 } from './sigv4.ts';

/** AWS's largest body that isn't a stream is Lambda's ZipFile (50 MB, in base64). */
const LARGEST_BODY = 70 * 1024 * 1024;

/** Gives the body once, as bytes or as a stream, compared with the digest that the client stated for it. */
export function wireRequest(message: IncomingMessage, target: RequestTarget): WireRequest {
  const digest = declaredPayloadDigest(message, target);
  const checked = isSha256(digest) ? digest : undefined;
  let bytes: Promise<Buffer> | undefined;
  return {
    message,
    target,
    bytes() {
      bytes ??= readAll(checked ? piped(message, digestCheck(checked)) : message, message);
      return bytes;
    },
    stream() {
      if (bytes) return Readable.from(once(bytes));
      return checked ? piped(message, digestCheck(checked)) : message;
    },
  };
}

async function* once(bytes: Promise<Buffer>): AsyncGenerator<Buffer> {
  yield await bytes;
}

/** `pipe` that also carries the source's failure. */
function piped(source: Readable, check: Transform): Readable {
  // Whoever reads hears of a failure; an operation that refuses its input before it reads must not bring the process down.
  check.on('error', () => {});
  source.once('error', (error) => check.destroy(error));
  source.once('aborted', () => check.destroy(new Error('the client broke off')));
  return source.pipe(check);
}

function digestCheck(expected: string): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      if (hash.digest('hex') === expected) return done();
      done(
        new AwsError(
          'XAmzContentSHA256Mismatch',
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
          { status: 400 },
        ),
      );
    },
  });
}

async function readAll(stream: Readable, message: IncomingMessage): Promise<Buffer> {
  if (Number(message.headers['content-length'] ?? 0) > LARGEST_BODY) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > LARGEST_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = () =>
  new AwsError('RequestEntityTooLargeException', `Request must be smaller than ${LARGEST_BODY} bytes`, { status: 413 });
