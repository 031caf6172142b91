import { connect } from 'node:net';
import type { HostileValues } from './hostile-values.ts';

/** What came back over a socket before it was closed. */
export interface RawAnswer {
  received: string;
  closed: boolean;
}

const HTTP_METHODS = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'CONNECT',
  'BREW',
  'get',
  '',
];
const PATHS = [
  '/',
  '//',
  '///',
  '//evil.example/a',
  '/..',
  '/../..',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..%2f..%2f',
  '/%00',
  '/%',
  '/%zz',
  '/%ff',
  '*',
  '?',
  '/?',
  '/?=',
  '/?X-Amz-Signature',
  '/?X-Amz-Signature=a&X-Amz-Credential=a',
  '/?X-Amz-Signature=a&X-Amz-Credential=a/b/c/s3/aws4_request',
  'http://evil.example/',
  'http://',
  'evil.example:443',
  '/fuzz-bucket/a/key',
  '/_workers/public-crowd/tasks',
  '/_workers/%/tasks',
  '/_iot/root-ca.pem',
  '/\\',
  '/a b',
  `/${'a'.repeat(20_000)}`,
  `/?${'a=b&'.repeat(4000)}`,
  '/{',
  '/2015-03-31/functions/none/invocations',
];
const HEADERS = [
  'Content-Length: 10',
  'Content-Length: -1',
  'Content-Length: 99999999999',
  'Content-Length: 5\r\nContent-Length: 6',
  'Content-Length: 0x10',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 3',
  'Transfer-Encoding: gzip',
  'Content-Encoding: gzip',
  'Expect: 100-continue',
  'Expect: miracles',
  'Connection: upgrade\r\nUpgrade: websocket',
  'Connection: upgrade\r\nUpgrade: h2c',
  'Connection: close',
  'Authorization: AWS4-HMAC-SHA256',
  'Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request, SignedHeaders=host, Signature=x',
  'Authorization: AWS4-HMAC-SHA256 Credential=/////',
  'Authorization: Bearer x',
  'Authorization: AWS a:b',
  'Content-Type: ',
  'Content-Type: text/html',
  'Content-Type: application/x-www-form-urlencoded',
  'Content-Type: application/x-amz-json-1.1',
  'X-Amz-Target: ',
  'X-Amz-Target: AWSEvents.PutEvents',
  'X-Amz-Target: .',
  'X-Amz-Target: AmazonSQS.__proto__',
  'x-amz-date: yesterday',
  'x-amz-content-sha256: nothing',
  ': empty',
  'no colon',
  'a\0b: c',
  'Host: evil.example',
  'Origin: https://evil.example',
  `X-Long: ${'x'.repeat(40_000)}`,
  Array.from({ length: 3000 }, (_, i) => `X-${i}: y`).join('\r\n'),
  ' folded: header',
  'Sec-Fetch-Site: cross-site',
];
const BODIES = [
  '',
  'a',
  '{}',
  '{',
  '[]',
  'Action=ListQueues',
  'Action=%',
  '<a>',
  '0\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  'ffffffff\r\nx',
  'zz\r\n',
  '\0\0\0',
];

/** Something that is hardly HTTP. */
export function malformedRequest(values: HostileValues, host: string): Buffer {
  if (values.chance(0.08)) return Buffer.from(Array.from({ length: 1 + values.below(400) }, () => values.below(256)));
  const version = values.chance(0.9)
    ? 'HTTP/1.1'
    : values.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', '', 'PRI * HTTP/2.0']);
  const lines = [
    `${values.chance(0.7) ? values.pick(['GET', 'POST', 'PUT']) : values.pick(HTTP_METHODS)} ${values.pick(PATHS)} ${version}`,
  ];
  if (values.chance(0.85)) lines.push(`Host: ${host}`);
  for (let more = values.below(4); more > 0; more--) lines.push(values.pick(HEADERS));
  const ending = values.chance(0.9) ? '\r\n\r\n' : values.pick(['\n\n', '\r\n', '', '\r\r']);
  const text = Buffer.from(lines.join(values.chance(0.95) ? '\r\n' : '\n') + ending + values.pick(BODIES), 'latin1');
  return values.chance(0.1) ? text.subarray(0, values.below(text.length)) : text;
}

/**
 * Sends bytes and ends its side of the connection; resolves when the server has ended its own. A server that keeps the
 * connection for longer than `patience` milliseconds hangs.
 */
export function exchange(port: number, bytes: Buffer, patience: number): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1' });
    const done = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ received: Buffer.concat(chunks).toString('latin1'), closed });
    };
    const timer = setTimeout(() => done(false), patience);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('close', () => done(true));
    // A reset is an answer too: the server has closed.
    socket.once('error', () => done(true));
    socket.end(bytes);
  });
}
