import { describe, expect, it } from 'vitest';
import { decodeAwsChunked } from './aws-chunked.ts';

async function decode(text: string, pieceLength = text.length) {
  async function* pieces() {
    for (let at = 0; at < text.length; at += pieceLength) yield Buffer.from(text.slice(at, at + pieceLength));
  }
  const trailers = new Map<string, string>();
  const chunks: Buffer[] = [];
  for await (const chunk of decodeAwsChunked(pieces(), trailers)) chunks.push(chunk);
  return { body: Buffer.concat(chunks).toString(), trailers: Object.fromEntries(trailers) };
}

describe('aws-chunked content', () => {
  const unsigned = '5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n';
  const signature = 'chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648';
  const signed = `5;${signature}\r\nhello\r\n6;${signature}\r\n world\r\n0;${signature}\r\n\r\n`;

  it('is decoded wherever the network cuts it', async () => {
    for (let length = 1; length <= unsigned.length; length++)
      expect(await decode(unsigned, length)).toEqual({
        body: 'hello world',
        trailers: { 'x-amz-checksum-crc32': 'DUoRhQ==' },
      });
  });

  it('is decoded in the signed form too, and with its last line break missing', async () => {
    expect((await decode(signed, 7)).body).toBe('hello world');
    expect((await decode(signed.slice(0, -2), 7)).body).toBe('hello world');
    expect(await decode('0\r\n\r\n')).toEqual({ body: '', trailers: {} });
  });

  it('is refused when it breaks off or lies about its sizes', async () => {
    for (const broken of ['', '5\r\nhel', '5\r\nhello\r\n', '4\r\nhello\r\n0\r\n\r\n', 'zz\r\n', `${'1'.repeat(9000)}`])
      await expect(decode(broken), broken).rejects.toMatchObject({ code: 'IncompleteBody' });
  });
});
