import { AwsError } from '../kernel/errors.ts';
import { type ChunkSignatures, unsignedChunks } from './chunk-signatures.ts';

/** A chunk's header is its size in hex and perhaps a signature; a trailer is one header. Neither is long. */
const LONGEST_LINE = 8192;

/**
 * Takes the `aws-chunked` framing off a body ("Authenticating Requests: … chunked upload" in the S3 API reference): the
 * unsigned form with trailers that current SDKs send, and the signed form. Trailers are put into `trailers`, names in
 * lower case. What a chunk yields is believed only when all is read: its signature comes before, but covers it whole.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  trailers: Map<string, string>,
  signatures: ChunkSignatures = unsignedChunks,
): AsyncGenerator<Buffer> {
  const reader = new LineReader(source);
  for (;;) {
    const line = await reader.line();
    const [, size, extension = ''] = /^([0-9a-f]{1,8})(;.*)?$/i.exec(line) ?? [];
    if (size === undefined) throw incomplete('a chunk does not begin with its size');
    const length = Number.parseInt(size, 16);
    for await (const bytes of reader.bytes(length)) {
      signatures.update(bytes);
      yield bytes;
    }
    signatures.chunk(extension);
    if (length === 0) break;
    if ((await reader.line()) !== '') throw incomplete('a chunk is longer than its size');
  }
  for (let line = await reader.line(true); line !== ''; line = await reader.line(true)) {
    const colon = line.indexOf(':');
    if (colon < 1) throw incomplete('a trailer is not a header');
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  signatures.trailers(trailers);
}

class LineReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next line without its end. `lenient`: the end of the body ends the line too. */
  async line(lenient = false): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf('\n');
      if (end >= 0) {
        const line = this.#rest.toString('latin1', 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line.replace(/\r$/, '');
      }
      if (this.#rest.length > LONGEST_LINE) throw incomplete('a line of the chunked framing is too long');
      if (await this.#more()) continue;
      if (!lenient) throw incomplete('the body ended within the chunked framing');
      const line = this.#rest.toString('latin1');
      this.#rest = Buffer.alloc(0);
      return line;
    }
  }

  async *bytes(length: number): AsyncGenerator<Buffer> {
    let missing = length;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw incomplete('the body ended within a chunk');
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
      yield part;
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done) return false;
    const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    return true;
  }
}

function incomplete(what: string): AwsError {
  return new AwsError('IncompleteBody', `The request body is not valid aws-chunked content: ${what}.`, { status: 400 });
}
