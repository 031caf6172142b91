import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Signed } from '../kernel/sigv4.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { signedChunks } from './chunk-signatures.ts';

/** The example of "Signature calculations for the Authorization header: transferring payload in multiple chunks". */
const scope = '20130524/us-east-1/s3/aws4_request';
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
const key = scope.split('/').reduce<Buffer | string>(hmac, 'AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
const signed: Signed = {
  caller: { kind: 'administrator', arn: 'arn:aws:iam::000000000000:user/administrator', account: '000000000000' },
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  sign: (algorithm, ...lines) => hmac(key, [algorithm, '20130524T000000Z', scope, ...lines].join('\n')).toString('hex'),
};
const chunk = (size: number, signature: string) =>
  `${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}\r\n`;
const chunks = [
  chunk(65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'),
  chunk(1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'),
  chunk(0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'),
];

async function lengthOf(body: string, trailing = false): Promise<number> {
  async function* source() {
    yield Buffer.from(body);
  }
  let length = 0;
  for await (const bytes of decodeAwsChunked(source(), new Map(), signedChunks(signed, trailing)))
    length += bytes.length;
  return length;
}

describe('signed chunks', () => {
  it('are accepted as AWS’s own example signs them', async () => {
    expect(await lengthOf(chunks.join(''))).toBe(66_560);
  });

  const [first = '', second = '', last = ''] = chunks;
  const refused: [string, string][] = [
    ['changed', first.replace('\r\na', '\r\nb') + second + last],
    ['exchanged', second + first + last],
    ['left out', first + last],
    ['without a signature', first.replace(/;[^\r]*/, '') + second + last],
    ['with a last one that is not signed', `${first}${second}0\r\n\r\n`],
  ];
  it.each(refused)('are refused when one is %s', async (_what, body) => {
    await expect(lengthOf(body)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  it('cover the trailers that follow them, where the client said that some would', async () => {
    const trailer = 'x-amz-checksum-crc32:AAAAAA==\n';
    const digest = createHash('sha256').update(trailer).digest('hex');
    const signature = signed.sign('AWS4-HMAC-SHA256-TRAILER', /=(\w+)/.exec(last)?.[1] ?? '', digest);
    const withTrailer = (text: string) =>
      `${first}${second}${last.slice(0, -2)}${text.replace('\n', '\r\n')}x-amz-trailer-signature:${signature}\r\n\r\n`;
    expect(await lengthOf(withTrailer(trailer), true)).toBe(66_560);
    const mismatch = { code: 'SignatureDoesNotMatch' };
    await expect(lengthOf(withTrailer(trailer.replace('AAAAAA', 'BAAAAA')), true)).rejects.toMatchObject(mismatch);
    await expect(lengthOf(chunks.join(''), true)).rejects.toMatchObject(mismatch);
    await expect(lengthOf(withTrailer(trailer), false)).rejects.toMatchObject({ code: 'MalformedTrailerError' });
  });
});
