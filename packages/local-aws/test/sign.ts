import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

export interface UnsignedRequest {
  method: string;
  /** As sent: encoded. */
  path: string;
  query?: Record<string, string | string[]>;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface SignerSettings {
  /** `http://127.0.0.1:PORT` */
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  service: string;
  at?: Date;
  /** Signs as a presigned URL that lives for so many seconds. */
  expiresIn?: number;
}

/** A request's target (path and query) and headers, signed by the SDK's own signer. */
export async function sign(request: UnsignedRequest, settings: SignerSettings) {
  const { endpoint, service, at, expiresIn, ...rest } = settings;
  const { host } = new URL(endpoint);
  const signer = new SignatureV4({ ...rest, service, sha256: Sha256, uriEscapePath: service !== 's3' });
  const unsigned = {
    protocol: 'http:',
    hostname: host,
    query: {},
    ...request,
    headers: { ...request.headers, host },
  };
  const options = at ? { signingDate: at } : {};
  const { headers, query = {} } =
    expiresIn === undefined
      ? await signer.sign(unsigned, options)
      : await signer.presign(unsigned, { ...options, expiresIn });
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value) => `${encode(name)}=${encode(value ?? '')}`),
  );
  return { target: request.path + (pairs.length > 0 ? `?${pairs.join('&')}` : ''), headers };
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

type SourceData = string | ArrayBuffer | ArrayBufferView;

/** What the signer asks of a digest: a keyed one when it hands in a key. */
class Sha256 {
  #hash;
  readonly #make;
  constructor(secret?: SourceData) {
    this.#make = () => (secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret)));
    this.#hash = this.#make();
  }
  update(chunk: SourceData): void {
    this.#hash.update(bytesOf(chunk));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    this.#hash = this.#make();
  }
}

function bytesOf(data: SourceData): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
